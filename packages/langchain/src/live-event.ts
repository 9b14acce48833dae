import { dispatchCustomEvent } from "@langchain/core/callbacks/dispatch";
import type { DriftEvent } from "@persona-guard/core";

/** Of a drift event, what may be shown to anyone: everything but the words. Kept in the agent's state and sent to streams. */
export interface PersonaDrift
  extends Pick<
    DriftEvent,
    "id" | "at" | "session" | "step" | "index" | "attempt" | "outcome" | "action" | "sessionAlarm"
  > {
  readonly type: "persona_drift";
  readonly persona: string;
  readonly confidence?: number;
  readonly driftedTo?: string;
  /** Where it drifted: "text", or "send_email.body". */
  readonly fields: readonly string[];
  readonly lostFacts?: NonNullable<DriftEvent["lostFacts"]>;
}

/** With streaming "passthrough": take a streamed message back, its draft was not accepted. */
export interface PersonaRetract {
  readonly type: "persona_retract";
  readonly messageId: string;
  readonly eventId: string;
}

/** What the guard sends to the `custom` stream mode and as custom events, under the name of its type. */
export type PersonaLiveEvent = PersonaDrift | PersonaRetract;

/** Undefined for a draft that nothing had to be said about. */
export function personaDriftOf(event: DriftEvent): PersonaDrift | undefined {
  if (event.action === "none" && event.outcome !== "unscored" && event.lostFacts === undefined)
    return undefined;
  const { id, at, session, step, index, attempt, outcome, action, sessionAlarm } = event;
  const drifted = event.utterances.filter((one) => one.outcome === "drifted");
  const driftedTo = drifted[0]?.driftedTo;
  return {
    type: "persona_drift",
    id,
    at,
    persona: event.persona.name,
    session,
    step,
    index,
    attempt,
    outcome,
    action,
    sessionAlarm,
    fields: drifted.map(({ field }) => field),
    ...(event.confidence === undefined ? {} : { confidence: event.confidence }),
    ...(driftedTo === undefined ? {} : { driftedTo }),
    ...(event.lostFacts === undefined ? {} : { lostFacts: event.lostFacts }),
  };
}

/** Sends an event to whoever follows the run live: the `custom` stream by `writer`, callbacks and streamEvents v2 by name. */
export async function sendLive(
  event: PersonaLiveEvent,
  writer: ((chunk: unknown) => void) | null | undefined,
): Promise<void> {
  writer?.(event);
  try {
    await dispatchCustomEvent(event.type, event);
  } catch {
    // Outside of a run there is nobody to tell, and dispatchCustomEvent says so by throwing.
  }
}
