import { parseJson } from "./parse-json.js";
import { isObject } from "./trace.js";

/** An assistant's message among what a model gave back, and its path there. */
export interface OutputMessage {
  readonly message: Readonly<Record<string, unknown>>;
  readonly field: string;
}

const assistantNames = new Set<unknown>(["assistant", "ai", "AIMessage", "AIMessageChunk", "model"]);

/**
 * The assistant's messages in what a tracer recorded as the output of a model: a string, a message, a list of them, LangChain's
 * generations, a chat completion, a Responses object, or JSON text of one of these. Of several candidates for one answer the
 * first counts.
 *
 * @returns none if it is nothing of the kind
 */
export function outputMessages(output: unknown, field: string): readonly OutputMessage[] {
  if (typeof output === "string") return ofText(output, field);
  if (Array.isArray(output)) return ofList(output, field);
  if (!isObject(output)) return [];
  if (Array.isArray(output.generations)) return ofGenerations(output.generations, `${field}.generations`);
  if (Array.isArray(output.choices)) return firstMessage(output.choices, `${field}.choices`);
  if (Array.isArray(output.candidates)) return firstMessage(output.candidates, `${field}.candidates`);
  const message = chatMessageIn(output, field);
  if (message !== undefined) return [message].filter(isAssistants);
  const inner = ["messages", "message", "output", "completion", "response", "text", "generated_text"].find(
    (name) => output[name] !== undefined && output[name] !== null,
  );
  return inner === undefined ? [] : outputMessages(output[inner], `${field}.${inner}`);
}

/** The message inside LangChain's serialised or stored forms of one, with a role. */
function chatMessageIn(value: unknown, field: string): OutputMessage | undefined {
  if (!isObject(value)) return undefined;
  if (isObject(value.kwargs)) {
    const name = Array.isArray(value.id) ? value.id.at(-1) : value.kwargs.type;
    return { message: withRole(value.kwargs, name), field: `${field}.kwargs` };
  }
  if (isObject(value.data) && typeof value.type === "string" && "content" in value.data)
    return { message: withRole(value.data, value.type), field: `${field}.data` };
  const { role, type, content, parts } = value;
  const isMessage =
    "tool_calls" in value || content !== undefined || parts !== undefined || isObject(value.function_call);
  if (typeof role === "string" && isMessage) return { message: withRole(value, role), field };
  if (typeof type === "string" && "content" in value && !["text", "tool_result"].includes(type))
    return { message: withRole(value, type), field };
  return isMessage && role === undefined && type === undefined
    ? { message: withRole(value, "assistant"), field }
    : undefined;
}

function withRole(message: Readonly<Record<string, unknown>>, name: unknown) {
  const extra = isObject(message.additional_kwargs) ? message.additional_kwargs : {};
  const calls = message.tool_calls ?? message.toolCalls;
  const hasCalls = Array.isArray(calls) && calls.length > 0;
  return {
    ...message,
    role: assistantNames.has(name) ? "assistant" : name,
    ...(hasCalls || extra.tool_calls === undefined ? {} : { tool_calls: extra.tool_calls }),
  };
}

function isAssistants({ message }: OutputMessage): boolean {
  return message.role === "assistant";
}

function ofText(text: string, field: string): readonly OutputMessage[] {
  if (/^\s*[[{]/.test(text)) {
    const parsed = parseJson(text);
    const found = "value" in parsed ? outputMessages(parsed.value, field) : [];
    if (found.length > 0) return found;
  }
  return text.trim() === "" ? [] : [{ message: { role: "assistant", content: text }, field }];
}

function ofList(items: readonly unknown[], field: string): readonly OutputMessage[] {
  if (items.some(isResponsesItem)) return [{ message: ofResponses(items), field }];
  const blocks = items.every((item) => isObject(item) && typeof item.type === "string" && !("role" in item));
  const messages = items.flatMap((item, at) => chatMessageIn(item, `${field}[${at}]`) ?? []);
  if (messages.length > 0) return messages.filter(isAssistants);
  if (items.length > 0 && blocks) return [{ message: { role: "assistant", content: items }, field }];
  return items.flatMap((item, at) => outputMessages(item, `${field}[${at}]`));
}

/** `[prompts][candidates]`, or a list of candidates. */
function ofGenerations(generations: readonly unknown[], field: string): readonly OutputMessage[] {
  return generations.flatMap((candidates, at) => {
    const here = Array.isArray(candidates) ? `${field}[${at}][0]` : `${field}[${at}]`;
    const generation: unknown = Array.isArray(candidates) ? candidates[0] : candidates;
    if (!isObject(generation)) return [];
    const message = chatMessageIn(generation.message, `${here}.message`);
    return message === undefined
      ? outputMessages(generation.text, `${here}.text`)
      : [message].filter(isAssistants);
  });
}

function firstMessage(choices: readonly unknown[], field: string): readonly OutputMessage[] {
  const [choice] = choices;
  if (!isObject(choice)) return [];
  const name = ["message", "content", "text"].find((one) => choice[one] !== undefined) ?? "message";
  return outputMessages(choice[name], `${field}[0].${name}`);
}

/** The items of a Responses object as one turn: it is one answer of the model. What is no message, such as reasoning, is a block. */
function ofResponses(items: readonly unknown[]): Readonly<Record<string, unknown>> {
  const objects = items.filter(isObject);
  return {
    role: "assistant",
    content: objects
      .filter(({ type }) => type !== "function_call")
      .flatMap((item) => (item.type === "message" ? item.content : [item])),
    tool_calls: objects.filter(({ type }) => type === "function_call"),
  };
}

export function isResponsesItem(item: unknown): boolean {
  if (!isObject(item)) return false;
  return item.type === "function_call"
    ? typeof item.name === "string"
    : item.type === "message" && item.role === "assistant";
}
