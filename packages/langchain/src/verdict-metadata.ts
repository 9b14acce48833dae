import { createHash } from "node:crypto";
import type { AIMessage } from "@langchain/core/messages";
import type { DriftEvent, Outcome } from "@persona-guard/core";

/** Where a message says what the guard found: `message.response_metadata.persona_guard`. */
export interface PersonaGuardMetadata {
  readonly persona: string;
  /** Of the draft that was delivered, before anything was removed from it. */
  readonly outcome: Outcome | "silent";
  readonly confidence?: number;
  readonly driftedTo?: string;
  /** Drafts that were judged, the delivered one included. */
  readonly attempts: number;
  /** Of the drift event with all that was found. */
  readonly eventId: string;
  /** Of each tool call that may run, by its id: a hash of the arguments that were judged. */
  readonly calls: Readonly<Record<string, string>>;
}

export const metadataKey = "persona_guard";

export function metadataOf(
  event: DriftEvent,
  calls: PersonaGuardMetadata["calls"],
): Readonly<Record<typeof metadataKey, PersonaGuardMetadata>> {
  const { outcome, confidence, attempt, id, persona, utterances } = event;
  const driftedTo = utterances.find((one) => one.driftedTo !== undefined)?.driftedTo;
  return {
    [metadataKey]: {
      persona: persona.name,
      outcome,
      ...(confidence === undefined ? {} : { confidence }),
      ...(driftedTo === undefined ? {} : { driftedTo }),
      attempts: attempt,
      eventId: id,
      calls,
    },
  };
}

/** The hash of the arguments with which a call was let pass, if a message of ours says so. */
export function passedArguments(message: AIMessage, callId: string): string | undefined {
  const found: unknown = message.response_metadata[metadataKey];
  if (typeof found !== "object" || found === null || !("calls" in found)) return undefined;
  const { calls } = found;
  const hash: unknown = typeof calls === "object" && calls !== null ? Reflect.get(calls, callId) : undefined;
  return typeof hash === "string" ? hash : undefined;
}

/** Name of the persona whose guard judged a message; undefined if none did. */
export function judgedFor({
  response_metadata: metadata = {},
}: Partial<Pick<AIMessage, "response_metadata">>): unknown {
  const found: unknown = metadata[metadataKey];
  return typeof found === "object" && found !== null ? Reflect.get(found, "persona") : undefined;
}

export function hashOf(args: unknown): string {
  return createHash("sha256").update(JSON.stringify(args)).digest("base64url").slice(0, 22);
}
