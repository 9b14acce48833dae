import { type DriftEvent, utteranceRecordOf } from "@persona-guard/core";
import type { JudgedStep } from "./replay.js";
import type { Place } from "./trace.js";

/** One line of verdicts.jsonl: a judged step and where it was recorded. Its texts are masked. */
export interface VerdictRow
  extends Pick<
    DriftEvent,
    | "session"
    | "step"
    | "index"
    | "outcome"
    | "confidence"
    | "sessionEValue"
    | "sessionAlarm"
    | "sessionStart"
    | "utterances"
  > {
  readonly source: Place;
  /** Of the step: the smallest p-value of its utterances times their number; absent without a calibration. */
  readonly pValue?: number;
  /** As the trace names it. */
  readonly model?: string;
}

/** @param texts what is kept of them: sentences that carry drift, or all */
export function verdictRowOf(
  { traced, judgement }: JudgedStep,
  { texts = "evidence" }: { readonly texts?: "evidence" | "all" } = {},
): VerdictRow {
  const { step, outcome, confidence, pValue, session, utterances } = judgement;
  const { model } = traced.step;
  return {
    session: step.session,
    step: step.id,
    index: step.index,
    outcome,
    ...(confidence === undefined ? {} : { confidence }),
    ...(pValue === undefined ? {} : { pValue }),
    sessionEValue: session.eValue,
    sessionAlarm: session.alarm,
    ...(session.start === undefined ? {} : { sessionStart: session.start }),
    utterances: utterances.map((one) => utteranceRecordOf(one, { texts })),
    source: traced.place,
    ...(model === undefined ? {} : { model }),
  };
}
