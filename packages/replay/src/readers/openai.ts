import { stepsOfChat } from "../chat-messages.js";
import { faultAt, isObject, placeName, type TraceReader, type TraceRecord } from "../trace.js";

/** Names under which exports keep the id of a conversation, the most telling first. */
const sessionFields = ["conversation_id", "session_id", "thread_id", "session", "custom_id", "id"] as const;

/** Chat completions, one conversation per record: {"messages": [{"role", "content", "tool_calls"}]}. */
export const openai: TraceReader = {
  name: "openai",
  marks: [
    { field: "messages (array)", isIn: ({ messages }) => Array.isArray(messages) },
    {
      field: "messages[].role",
      isIn: ({ messages }) =>
        Array.isArray(messages) && messages.some((one) => isObject(one) && typeof one.role === "string"),
    },
    { field: "messages[].tool_calls[].function.name", isIn: hasOpenAiCalls },
  ],
  async *read(records) {
    for await (const record of records) {
      const { place, value } = record;
      if (!isObject(value) || !Array.isArray(value.messages)) {
        yield faultAt(place, "messages: no array of messages. Record skipped.");
        continue;
      }
      const model = typeof value.model === "string" ? { model: value.model } : {};
      yield* stepsOfChat(record, value.messages, {
        session: sessionOf(record, value),
        path: "messages",
        ...model,
      });
    }
  },
};

/** Tells OpenAI's calls from those of other chat logs, where `function` is the name itself. */
function hasOpenAiCalls({ messages }: Readonly<Record<string, unknown>>): boolean {
  if (!Array.isArray(messages)) return false;
  const calls = messages.flatMap((one) =>
    isObject(one) && Array.isArray(one.tool_calls) ? one.tool_calls : [],
  );
  return calls.length === 0 || calls.some((call) => isObject(call) && isObject(call.function));
}

function sessionOf({ place }: TraceRecord, conversation: Readonly<Record<string, unknown>>): string {
  const named = sessionFields
    .map((field) => conversation[field])
    .find((id) => id !== undefined && id !== null);
  return typeof named === "string" || typeof named === "number" ? String(named) : placeName(place);
}
