import { type DriftEvent, driftEventOf, type PersonaGuard } from "@persona-guard/core";
import type { JudgedStep } from "./replay.js";
import type { Place } from "./trace.js";

/** One line of verdicts.jsonl: a judged step and where it was recorded. Of its text only masked evidence is kept. */
export interface VerdictRow
  extends Pick<
    DriftEvent,
    "session" | "step" | "index" | "outcome" | "confidence" | "sessionEValue" | "sessionAlarm" | "utterances"
  > {
  readonly source: Place;
}

export function verdictRowOf(
  { traced, judgement }: JudgedStep,
  { persona, classifier }: Pick<PersonaGuard, "persona" | "classifier">,
): VerdictRow {
  // The event's own record of utterances, so that a replayed verdict reads (and masks) as the live one does.
  const { session, step, index, outcome, confidence, sessionEValue, sessionAlarm, utterances } = driftEventOf(
    judgement,
    { persona, classifier: classifier.name, id: "", at: "", attempt: 1, action: "log", scoringMs: 0 },
  );
  const judged = confidence === undefined ? {} : { confidence };
  return {
    session,
    step,
    index,
    outcome,
    ...judged,
    sessionEValue,
    sessionAlarm,
    utterances,
    source: traced.place,
  };
}
