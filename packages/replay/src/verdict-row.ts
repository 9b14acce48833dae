import {
  type DriftEvent,
  type JudgedUtterance,
  type Trait,
  topTrait,
  utteranceRecordOf,
} from "@persona-guard/core";
import type { JudgedStep } from "./replay.js";
import type { Place } from "./trace.js";

/** One line of verdicts.jsonl: a judged step and where it was recorded. Of its text only masked evidence is kept. */
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
  > {
  readonly utterances: readonly UtteranceRow[];
  readonly source: Place;
  /** Of the step: the smallest p-value of its utterances times their number; absent without a calibration. */
  readonly pValue?: number;
  /** As the trace names it. */
  readonly model?: string;
}

/** The record of an event, and the label that the text shows most; absent where it was not scored. */
type UtteranceRow = DriftEvent["utterances"][number] & { readonly label?: Trait };

export function verdictRowOf({ traced, judgement }: JudgedStep): VerdictRow {
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
    utterances: utterances.map(utteranceRowOf),
    source: traced.place,
    ...(model === undefined ? {} : { model }),
  };
}

function utteranceRowOf(judged: JudgedUtterance): UtteranceRow {
  const { scores } = judged;
  return { ...utteranceRecordOf(judged), ...(scores === undefined ? {} : { label: topTrait(scores) }) };
}
