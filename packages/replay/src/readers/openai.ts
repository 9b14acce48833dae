import { stepOfTurn, stepsOfChat } from "../chat-messages.js";
import { firstOf, idIn, nameIn } from "../field-values.js";
import type { Intake } from "../intake.js";
import { isResponsesItem, outputMessages } from "../model-output.js";
import {
  faultAt,
  isObject,
  placeName,
  type TracedStep,
  type TraceFault,
  type TraceReader,
  type TraceRecord,
} from "../trace.js";
import { turnOf } from "../turn.js";

type Fields = Readonly<Record<string, unknown>>;

/** Names under which exports keep the id of a conversation, the most telling first. */
const conversationFields = ["conversation_id", "session_id", "thread_id", "session"] as const;
const sessionFields = [...conversationFields, "custom_id", "id"] as const;

/**
 * Conversations of chat completions, `{"messages": [{"role", "content", "tool_calls"}]}`, and what the API answers: chat
 * completions with `choices`, Responses objects with `output`, either also in the `response.body` of a batch.
 */
export const openai: TraceReader = {
  name: "openai",
  marks: [
    {
      field: "messages, choices or output (array)",
      isIn: (record) => Array.isArray(record.messages) || answerIn(record) !== undefined,
    },
    { field: "messages[].role", isIn: (record) => answerIn(record) !== undefined || hasRoles(record) },
    {
      field: "messages[].tool_calls[].function.name",
      isIn: (record) => answerIn(record) !== undefined || hasOpenAiCalls(record),
    },
  ],
  async *read(records, intake) {
    const sessions = new AnswerSessions();
    for await (const record of records) {
      const { place, value } = record;
      const answer = isObject(value) ? answerIn(value) : undefined;
      if (isObject(value) && Array.isArray(value.messages)) {
        const session = idIn(value, sessionFields) ?? placeName(place);
        const model = nameIn(value, ["model"]);
        yield* stepsOfChat(record, value.messages, { session, path: "messages", model, intake });
      } else if (isObject(value) && answer !== undefined) {
        yield* stepsOfAnswer(record, { row: value, ...answer, sessions, intake });
      } else {
        yield faultAt(place, "messages, choices, output: none of these arrays is there. Record skipped.");
      }
    }
  },
};

interface Answer {
  readonly answer: Fields;
  /** Path of the answer in its record, with its dot. */
  readonly field: string;
}

/** What the API answered: the record itself, or inside a row of a batch or of a log. */
function answerIn(record: Fields): Answer | undefined {
  if (isAnswer(record)) return { answer: record, field: "" };
  const { response } = record;
  if (!isObject(response)) return undefined;
  if (isAnswer(response)) return { answer: response, field: "response." };
  return isObject(response.body) && isAnswer(response.body)
    ? { answer: response.body, field: "response.body." }
    : undefined;
}

function isAnswer({ object, choices, output }: Fields): boolean {
  if (Array.isArray(choices)) return choices.some((choice) => isObject(choice) && isObject(choice.message));
  return Array.isArray(output) && (object === "response" || output.some(isResponsesItem));
}

function* stepsOfAnswer(
  record: TraceRecord,
  {
    row,
    answer,
    field,
    sessions,
    intake,
  }: Answer & { readonly row: Fields; readonly sessions: AnswerSessions; readonly intake: Intake },
): Generator<TracedStep | TraceFault> {
  const { choices, output } = answer;
  if (Array.isArray(choices) && choices.length > 1)
    intake.leave("choices after the first", "nobody was shown them");
  const messages = Array.isArray(choices)
    ? outputMessages(choices[0], `${field}choices[0]`)
    : outputMessages(output, `${field}output`);
  if (messages.length === 0) intake.leave("answers", "they hold neither a message nor a call");
  for (const { message, field: at } of messages) {
    const { session, index } = sessions.next(row, answer, placeName(record.place));
    const id = idIn(answer, ["id"]) ?? `step-${index}`;
    const turn = turnOf(message, at, intake);
    yield* stepOfTurn(record, turn, { id, session, index, model: nameIn(answer, ["model"]) }, intake);
  }
}

/** Which conversation an answer belongs to: the one it names, or that of the answer it continues, or its own. */
class AnswerSessions {
  readonly #ofAnswer = new Map<string, string>();
  readonly #nextIndex = new Map<string, number>();

  next(row: Fields, answer: Fields, place: string): { readonly session: string; readonly index: number } {
    const own = idIn(answer, ["id"]);
    const before = idIn(answer, ["previous_response_id"]);
    const named =
      idIn(firstOf(answer, ["conversation"]), ["id"]) ??
      idIn(answer, ["conversation"]) ??
      [answer.metadata, row].map((one) => idIn(one, conversationFields)).find((id) => id !== undefined);
    const continued = before === undefined ? undefined : (this.#ofAnswer.get(before) ?? before);
    const session = named ?? continued ?? idIn(row, sessionFields) ?? own ?? place;
    if (own !== undefined) this.#ofAnswer.set(own, session);
    const index = this.#nextIndex.get(session) ?? 0;
    this.#nextIndex.set(session, index + 1);
    return { session, index };
  }
}

function hasRoles({ messages }: Fields): boolean {
  return Array.isArray(messages) && messages.some((one) => isObject(one) && typeof one.role === "string");
}

/** Tells OpenAI's calls from those of other chat logs, where `function` is the name itself. */
function hasOpenAiCalls({ messages }: Fields): boolean {
  if (!Array.isArray(messages)) return false;
  const calls = messages.flatMap((one) =>
    isObject(one) && Array.isArray(one.tool_calls) ? one.tool_calls : [],
  );
  return calls.length === 0 || calls.some((call) => isObject(call) && isObject(call.function));
}
