import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { Judgement } from "@persona-guard/core";
import { faultOf } from "./correction.js";
import { metadataKey } from "./verdict-metadata.js";

interface Call {
  readonly id?: string | undefined;
  readonly name: string;
  readonly args: unknown;
}

/**
 * What a reviewer reads about a tool call: its arguments, and what the guard found in the turn that made it.
 *
 * @example
 * humanInTheLoopMiddleware({ interruptOn: { send_email: { allowedDecisions: ["approve", "reject"], description: describeDrift } } });
 */
export function describeDrift(
  call: Call,
  { messages }: { readonly messages: readonly BaseMessage[] },
): string {
  const turn = messages.findLast(
    (message): message is AIMessage =>
      AIMessage.isInstance(message) && message.tool_calls?.some(({ id }) => id === call.id) === true,
  );
  return [foundIn(turn?.response_metadata[metadataKey]), "", ...callInWords(call)].join("\n");
}

/** The same with the sentences at fault, while the judgement is at hand. */
export function describeJudged(call: Call, judgement: Judgement): string {
  const faults = judgement.utterances
    .filter(({ utterance: { source } }) => source.from === "tool" && source.callId === call.id)
    .flatMap(faultOf);
  return ["This tool call is out of character.", ...faults, "", ...callInWords(call)].join("\n");
}

function callInWords({ name, args }: Call): readonly string[] {
  return [`Tool: ${name}`, `Args: ${JSON.stringify(args, null, 2)}`];
}

/** @param verdict as in `response_metadata.persona_guard`, read back from a checkpoint perhaps */
function foundIn(verdict: unknown): string {
  if (typeof verdict !== "object" || verdict === null || !("outcome" in verdict))
    return "The guard has not judged this tool call.";
  const { outcome } = verdict;
  const driftedTo = "driftedTo" in verdict ? ` to ${String(verdict.driftedTo)}` : "";
  const confidence =
    "confidence" in verdict && typeof verdict.confidence === "number"
      ? `, confidence ${verdict.confidence.toFixed(2)}`
      : "";
  const attempts = "attempts" in verdict ? `, draft ${String(verdict.attempts)}` : "";
  return `Persona: ${String(outcome)}${driftedTo}${confidence}${attempts}.`;
}
