import type { AIMessage } from "@langchain/core/messages";
import type { Step } from "@persona-guard/core";
import { isAnswerCall } from "./draft.js";

/** The tool that the fields of a structured answer count as arguments of. */
export const structuredCall = "structured_response";

export interface StepPlace {
  readonly session: string;
  readonly index: number;
  /** The structured answer that the message gives, if it is one. */
  readonly structured?: unknown;
}

/** What a model turn says and does. `text` joins the text blocks: reasoning, images and refusals are not in it. */
export function stepOfMessage(message: AIMessage, { session, index, structured }: StepPlace): Step {
  // Chat models name themselves under the first in most integrations, under the second in some.
  const { model_name, model } = message.response_metadata;
  const named = [model_name, model].find((name) => typeof name === "string" && name !== "");
  const calls = message.tool_calls ?? [];
  const isAnswer = structured !== undefined;
  return {
    id: message.id ?? `${session}#${index}`,
    session,
    index,
    ...(typeof named === "string" ? { model: named } : {}),
    // Without a call for it, the structured answer is the text.
    text: isAnswer && !calls.some(isAnswerCall) ? "" : message.text,
    kind: "chat",
    toolCalls: [
      ...calls
        .filter((call) => !isAnswer || !isAnswerCall(call))
        .map(({ id, name, args }) => ({ ...(id === undefined ? {} : { id }), name, args })),
      ...(isAnswer ? [{ name: structuredCall, args: { ...asRecord(structured) } }] : []),
    ],
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : { content: value };
}
