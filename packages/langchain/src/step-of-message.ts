import type { AIMessage } from "@langchain/core/messages";
import type { Step } from "@persona-guard/core";

/** What a model turn says and does. `text` joins the text blocks: reasoning, images and refusals are not in it. */
export function stepOfMessage(
  message: AIMessage,
  place: { readonly session: string; readonly index: number; readonly structured?: unknown },
): Step {
  const { session, index, structured } = place;
  // Chat models name themselves under the first in most integrations, under the second in some.
  const { model_name, model } = message.response_metadata;
  const named = [model_name, model].find((name) => typeof name === "string" && name !== "");
  return {
    id: message.id ?? `${session}#${index}`,
    session,
    index,
    ...(typeof named === "string" ? { model: named } : {}),
    text: message.text,
    kind: "chat",
    toolCalls: [
      ...(message.tool_calls ?? []).map(({ id, name, args }) => ({
        ...(id === undefined ? {} : { id }),
        name,
        args,
      })),
      ...(structured === undefined
        ? []
        : [{ name: "structured_response", args: { ...asRecord(structured) } }]),
    ],
  };
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : { content: value };
}
