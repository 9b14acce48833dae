import { AIMessage, type BaseMessage, type MessageContent, ToolMessage } from "@langchain/core/messages";
import type { JudgedUtterance, Judgement } from "@persona-guard/core";
import { copyOf, type Draft, isAnswerCall, withMessage } from "./draft.js";
import type { Plan } from "./plan.js";
import type { Policy } from "./policy.js";
import { structuredCall } from "./step-of-message.js";

type Call = NonNullable<AIMessage["tool_calls"]>[number];

/**
 * The draft as the plan leaves it: utterances that are to be blocked are removed, those to be replaced are replaced, everything
 * else stays as it was and its calls run.
 */
export function settled(
  draft: Draft,
  plan: Plan,
  { judgement, policy }: { readonly judgement: Judgement; readonly policy: Policy },
): Draft {
  const blocked = utterancesOf(plan, "block");
  const replaced = utterancesOf(plan, "replace").map((judged) => ({
    source: judged.utterance.source,
    text: textInPlaceOf(judged, judgement, policy),
  }));
  if (draft.structured !== undefined)
    return settledAnswer(draft, { isBlocked: blocked.length > 0, replaced, notice: policy.notice });
  const changed = withReplacements(draft.message, replaced);
  const sources = blocked.map(({ utterance }) => utterance.source);
  return withMessage(draft, sources.length === 0 ? changed : withheld(changed, sources, policy.notice));
}

type Source = JudgedUtterance["utterance"]["source"];
interface Replacement {
  readonly source: Source;
  readonly text: string;
}

function utterancesOf(plan: Plan, action: "block" | "replace"): readonly JudgedUtterance[] {
  return plan.ends.filter((end) => end.action === action).map(({ judged }) => judged);
}

function textInPlaceOf(judged: JudgedUtterance, judgement: Judgement, { replacement }: Policy): string {
  return typeof replacement === "string" ? replacement : replacement(judgement, judged);
}

/** Tool calls that carry a blocked text are removed; a blocked reply is replaced by the notice. */
function withheld(message: AIMessage, sources: readonly Source[], notice: string): AIMessage {
  const calls = message.tool_calls ?? [];
  const kept = calls.filter((call) => !sources.some((source) => isIn(source, call)));
  const textIsBad = sources.some(({ from }) => from === "text");
  const text = [textIsBad ? "" : message.text, notice].filter(Boolean).join("\n\n");
  // Plain text: provider blocks could still carry the arguments of a removed call.
  return copyOf(message, { content: text, toolCalls: kept });
}

function withReplacements(message: AIMessage, replaced: readonly Replacement[]): AIMessage {
  if (replaced.length === 0) return message;
  const toolCalls = (message.tool_calls ?? []).map((call) => ({
    ...call,
    args: replacedIn(
      call.args,
      replaced.filter(({ source }) => isIn(source, call)),
    ),
  }));
  const text = replaced.find(({ source }) => source.from === "text")?.text;
  return copyOf(message, { content: contentWith(message.content, text, toolCalls), toolCalls });
}

/** Blocks of calls hold the arguments a second time, and some providers are sent those. */
function contentWith(
  content: MessageContent,
  text: string | undefined,
  calls: readonly Call[],
): MessageContent {
  if (typeof content === "string") return text ?? content;
  const blocks = content.flatMap((block) => {
    if (text !== undefined && isText(block)) return [];
    const call = calls.find(({ id }) => id !== undefined && "id" in block && block.id === id);
    if (call === undefined) return [block];
    return [
      {
        ...block,
        ...("input" in block ? { input: call.args } : {}),
        ...("args" in block ? { args: call.args } : {}),
      },
    ];
  });
  return text === undefined ? blocks : [{ type: "text", text }, ...blocks];
}

function isText({ type }: { readonly type?: unknown }): boolean {
  return type === "text" || type === "output_text";
}

function isIn(source: Source, call: { readonly id?: string | undefined; readonly name: string }): boolean {
  if (source.from !== "tool") return false;
  return call.id === undefined ? source.tool === call.name : source.callId === call.id;
}

/** A structured answer of which something is blocked is no answer any more: the notice stands in its place. */
function settledAnswer(
  draft: Draft,
  about: { readonly isBlocked: boolean; readonly replaced: readonly Replacement[]; readonly notice: string },
): Draft {
  const { isBlocked, replaced, notice } = about;
  if (isBlocked) {
    const message = copyOf(draft.message, { content: notice, toolCalls: [] });
    return { message, messages: [message] };
  }
  const inAnswer = replaced.filter(({ source }) => source.from === "tool" && source.tool === structuredCall);
  if (inAnswer.length === 0) return withMessage(draft, withReplacements(draft.message, replaced));
  const structured = replacedIn(draft.structured, inAnswer);
  const messages = draft.messages.map((one) => withAnswer(one, structured));
  return { structured, messages, message: messages[draft.messages.indexOf(draft.message)] as AIMessage }; // the same one
}

/** The structured answer stands in each message of its turn: as a call's arguments, as JSON, and in the closing words. */
function withAnswer(message: BaseMessage, structured: unknown): BaseMessage {
  const json = JSON.stringify(structured);
  if (ToolMessage.isInstance(message)) {
    const { tool_call_id, name } = message;
    return new ToolMessage({ tool_call_id, content: json, ...(name === undefined ? {} : { name }) });
  }
  if (!AIMessage.isInstance(message)) return message;
  const calls = message.tool_calls ?? [];
  if (!calls.some(isAnswerCall)) return copyOf(message, { content: json });
  const toolCalls = calls.map(
    (call) => (isAnswerCall(call) ? { ...call, args: Object(structured) as Record<string, unknown> } : call), // what it was parsed from
  );
  return copyOf(message, { content: contentWith(message.content, undefined, toolCalls), toolCalls });
}

/** A copy of `value` with the strings at the paths of utterances, such as `items[0].text`, replaced. */
function replacedIn<T>(value: T, replaced: readonly Replacement[]): T {
  const texts = new Map(
    replaced.map(({ source, text }) => [source.from === "tool" ? source.path : "", text]),
  );
  const walk = (at: unknown, path: string): unknown => {
    if (typeof at === "string") return texts.get(path) ?? at;
    if (typeof at !== "object" || at === null) return at;
    if (Array.isArray(at)) return at.map((item, index) => walk(item, `${path}[${index}]`));
    return Object.fromEntries(
      Object.entries(at).map(([key, item]) => [key, walk(item, path === "" ? key : `${path}.${key}`)]),
    );
  };
  return walk(value, "") as T; // the same shape: only strings are exchanged for strings
}
