import { AIMessage } from "@langchain/core/messages";
import type { Judgement } from "@persona-guard/core";

/**
 * The draft without its utterances that may not leave: tool calls that carry one are removed, a reply is replaced.
 * Calls in persona stay and run. A new message, with the id and the usage of the draft.
 *
 * @param outcomes whose utterances are withheld
 */
export function withheld(
  draft: AIMessage,
  judgement: Judgement,
  { outcomes, notice }: { readonly outcomes: readonly string[]; readonly notice: string },
): AIMessage {
  const bad = judgement.utterances
    .filter(({ verdict }) => outcomes.includes(verdict.outcome))
    .map(({ utterance }) => utterance.source);
  const isBadCall = (call: { readonly id?: string | undefined; readonly name: string }) =>
    bad.some(
      (source) =>
        source.from === "tool" &&
        (call.id === undefined ? source.tool === call.name : source.callId === call.id),
    );
  const calls = draft.tool_calls ?? [];
  const kept = calls.filter((call) => !isBadCall(call));
  const textIsBad = bad.some(({ from }) => from === "text");
  const text =
    textIsBad || kept.length < calls.length
      ? [textIsBad ? "" : draft.text, notice].filter(Boolean).join("\n\n")
      : draft.text;
  return new AIMessage({
    // Plain text: provider blocks could still carry the arguments of a removed call.
    content: text,
    tool_calls: kept,
    ...(draft.id === undefined ? {} : { id: draft.id }),
    ...(draft.name === undefined ? {} : { name: draft.name }),
    ...(draft.usage_metadata === undefined ? {} : { usage_metadata: draft.usage_metadata }),
    response_metadata: draft.response_metadata,
  });
}
