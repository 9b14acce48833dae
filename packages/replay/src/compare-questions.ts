import type { Kind, Outcome, Trait } from "@persona-guard/core";
import { cliffsDelta, pooledRanks, type UnitValue } from "./cliffs-delta.js";
import { type Effect, type SharesCompared, shareDifference } from "./share-difference.js";
import type { Sum, Unit } from "./unit.js";

/** A text of a run, as its verdict row tells it. */
export interface ComparedText {
  /** Session, or scenario, that it belongs to: what is independent of the others, and paired where both runs have it. */
  readonly unit: string;
  readonly kind: Kind;
  readonly outcome: Outcome;
  readonly confidence?: number | undefined;
  /** The label that it shows most; absent where it was not scored, or by an old version. */
  readonly label?: Trait | undefined;
}

/** The texts of two runs, or those of one kind. */
export interface ComparedRuns {
  readonly a: readonly ComparedText[];
  readonly b: readonly ComparedText[];
  /** Units that occur in both runs, in whatever kind. */
  readonly inBoth: ReadonlySet<string>;
}

/** What is asked of the texts of one kind, and the effect found. */
export type Measured =
  | {
      readonly measure: "confidence";
      readonly median: { readonly a: number; readonly b: number };
      /** Cliff's delta: below 0 where B is less sure to be in persona. */
      readonly effect: Effect;
    }
  | { readonly measure: "drift-rate"; readonly shares: SharesCompared }
  | { readonly measure: "label"; readonly label: Trait; readonly shares: SharesCompared };

/** What was measured, and the sums of its units for a test. */
export interface Question {
  readonly measured: Measured;
  readonly units: readonly Unit[];
}

/** Whether texts are as sure to be in persona; undefined unless both runs have confidences. */
export function confidenceQuestion(runs: ComparedRuns): Question | undefined {
  const [a, b] = [confidencesOf(runs.a), confidencesOf(runs.b)];
  if (a.length === 0 || b.length === 0) return undefined;
  const rank = pooledRanks(a, b);
  return {
    measured: {
      measure: "confidence",
      median: { a: medianOf(a), b: medianOf(b) },
      effect: cliffsDelta(a, b),
    },
    units: unitsOf(runs, ({ confidence }) => (confidence === undefined ? undefined : rank(confidence))),
  };
}

/** Whether as many of the texts that could be judged drift. */
export function driftQuestion(runs: ComparedRuns): Question {
  const units = driftUnits(runs);
  return { measured: { measure: "drift-rate", shares: shareDifference(units) }, units };
}

/** Drifted texts among those that could be judged. */
export function driftUnits(runs: ComparedRuns): readonly Unit[] {
  const isDrifted = { drifted: 1, "in-persona": 0, undecided: undefined, unscored: undefined };
  return unitsOf(runs, ({ outcome }) => isDrifted[outcome]);
}

/** For each label that occurs, whether as many of the scored texts show it most. */
export function labelQuestions(runs: ComparedRuns): readonly Question[] {
  const labels = new Set([...runs.a, ...runs.b].flatMap(({ label }) => label ?? []));
  return [...labels].sort().map((label) => {
    const units = unitsOf(runs, (text) =>
      text.label === undefined ? undefined : Number(text.label === label),
    );
    return { measured: { measure: "label", label, shares: shareDifference(units) }, units };
  });
}

/** Sums by unit over the texts that have a value. */
function unitsOf(runs: ComparedRuns, valueIn: (text: ComparedText) => number | undefined): readonly Unit[] {
  const [a, b] = [sumsOf(runs.a, valueIn), sumsOf(runs.b, valueIn)];
  const nothing = { texts: 0, total: 0 };
  return [...new Set([...a.keys(), ...b.keys()])].map((unit) => ({
    a: a.get(unit) ?? nothing,
    b: b.get(unit) ?? nothing,
    isPair: runs.inBoth.has(unit),
  }));
}

function sumsOf(
  texts: readonly ComparedText[],
  valueIn: (text: ComparedText) => number | undefined,
): ReadonlyMap<string, Sum> {
  const sums = new Map<string, Sum>();
  for (const text of texts) {
    const value = valueIn(text);
    if (value === undefined) continue;
    const known = sums.get(text.unit) ?? { texts: 0, total: 0 };
    sums.set(text.unit, { texts: known.texts + 1, total: known.total + value });
  }
  return sums;
}

function confidencesOf(texts: readonly ComparedText[]): readonly UnitValue[] {
  return texts.flatMap(({ unit, confidence }) =>
    confidence === undefined ? [] : [{ unit, value: confidence }],
  );
}

function medianOf(values: readonly UnitValue[]): number {
  const ascending = values.map(({ value }) => value).sort((a, b) => a - b);
  const middle = Math.floor(ascending.length / 2);
  const [below = 0, above = 0] = [ascending[middle - 1], ascending[middle]];
  return ascending.length % 2 === 1 ? above : (below + above) / 2;
}
