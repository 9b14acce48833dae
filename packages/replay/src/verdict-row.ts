import { type DriftEvent, utteranceRecordOf } from "@persona-guard/core";
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

export function verdictRowOf({ traced, judgement }: JudgedStep): VerdictRow {
  const { step, outcome, confidence, session, utterances } = judgement;
  return {
    session: step.session,
    step: step.id,
    index: step.index,
    outcome,
    ...(confidence === undefined ? {} : { confidence }),
    sessionEValue: session.eValue,
    sessionAlarm: session.alarm,
    utterances: utterances.map(utteranceRecordOf),
    source: traced.place,
  };
}
