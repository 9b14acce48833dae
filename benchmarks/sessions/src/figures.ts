import type { Session } from "./sessions.js";

/** A session as a guard saw it, step by step. */
export interface JudgedSession {
  readonly session: Session;
  readonly steps: readonly {
    /** Absent for a step too short to judge. */
    readonly confidence?: number;
    readonly drifted: boolean;
    readonly alarm: boolean;
    /** After an alarm: where the guard says that the drift began. */
    readonly start?: number;
  }[];
}

export interface Figures {
  /** Chance that a step in persona has the higher confidence of it and one that is not; mean over personas. */
  readonly stepAuc: number;
  readonly stepFalseAlarms: number;
  readonly stepsFound: number;
  readonly cleanAlarmed: number;
  readonly driftingCaught: number;
  /** Caught at the first step out of persona or at one of the next two. */
  readonly caughtWithin3: number;
  /** Median distance of the alarm's stated start from the true one, in steps, over sessions caught. */
  readonly onsetError: number;
}

/** What one setting found in the sessions of several personas. */
export function figuresOf(desks: readonly (readonly JudgedSession[])[]): Figures {
  const sessions = desks.flat();
  const clean = sessions.filter(({ session }) => session.drift_from === null);
  const drifting = sessions.flatMap((judged) => {
    const { drift_from } = judged.session;
    return drift_from === null ? [] : [{ ...judged, from: drift_from, at: alarmOf(judged) }];
  });
  const caught = drifting.filter(({ at }) => at >= 0);
  const steps = sessions.flatMap(stepsOf);
  return {
    stepAuc: mean(desks.map((desk) => areaUnderCurve(desk.flatMap(stepsOf)))),
    stepFalseAlarms: mean(steps.filter(({ inPersona }) => inPersona).map(({ drifted }) => Number(drifted))),
    stepsFound: mean(steps.filter(({ inPersona }) => !inPersona).map(({ drifted }) => Number(drifted))),
    cleanAlarmed: mean(clean.map((judged) => Number(alarmOf(judged) >= 0))),
    driftingCaught: caught.length / drifting.length,
    caughtWithin3: caught.filter(({ at, from }) => at >= from && at <= from + 2).length / drifting.length,
    onsetError: median(caught.map(({ steps, at, from }) => Math.abs((steps[at]?.start ?? at) - from))),
  };
}

/** Index of the step that raised the alarm; -1 if none did. */
function alarmOf({ steps }: JudgedSession): number {
  return steps.findIndex(({ alarm }) => alarm);
}

function stepsOf({ session, steps }: JudgedSession) {
  return steps.map((step, at) => ({ ...step, inPersona: session.steps[at]?.in_persona ?? false }));
}

function areaUnderCurve(steps: readonly { readonly confidence?: number; readonly inPersona: boolean }[]) {
  const of = (side: boolean) =>
    steps.flatMap(({ inPersona, confidence }) =>
      inPersona === side && confidence !== undefined ? [confidence] : [],
    );
  const outside = of(false);
  return mean(of(true).flatMap((high) => outside.map((low) => (high > low ? 1 : high === low ? 0.5 : 0))));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
