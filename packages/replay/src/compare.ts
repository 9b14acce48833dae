import { type Kind, kinds, PersonaGuardError } from "@persona-guard/core";
import {
  type ComparedRuns,
  type ComparedText,
  confidenceQuestion,
  driftQuestion,
  driftUnits,
  labelQuestions,
  type Measured,
  type Question,
} from "./compare-questions.js";
import { holm } from "./holm.js";
import { permutationPValue } from "./permutation-test.js";
import { type SharesCompared, shareDifference } from "./share-difference.js";
import type { Unit } from "./unit.js";

/** With fewer units no rearrangement is rarer than 1 in 20: five pairs can be exchanged in 32 ways, two of them as far out. */
const fewestUnits = 6;
const usualRearrangements = 9_999;

/** What one kind of text, or all kinds together, was asked, and what came out. */
export type ShiftTest = Measured & {
  readonly kind: Kind | "all";
  readonly pValue: number;
  /** By Holm's method over all tests of the comparison. */
  readonly adjustedPValue: number;
  readonly isShift: boolean;
};

/** What two runs differ in, and how sure that is. */
export interface Comparison {
  readonly schema: "persona-guard/comparison/1";
  readonly alpha: number;
  readonly seed: number;
  /** Sessions, or scenarios: what is independent of each other. */
  readonly units: { readonly a: number; readonly b: number; readonly inBoth: number };
  readonly texts: { readonly a: number; readonly b: number };
  /** Share of drifted texts among those judged, all kinds together. */
  readonly driftRate: SharesCompared;
  readonly tests: readonly ShiftTest[];
  /** Kinds with too few units to tell anything. */
  readonly tooFew: readonly { readonly kind: Kind; readonly a: number; readonly b: number }[];
}

export interface CompareOptions {
  /** Chance, in (0, 1), of naming any shift where there is none. @default 0.05 */
  readonly alpha?: number;
  /** Of the rearrangements that are drawn. @default 1 */
  readonly seed?: number;
  /** Most rearrangements for a test, >= 1. @default 9999, or more where many tests or a small alpha ask for smaller p-values */
  readonly rearrangements?: number;
}

/**
 * Whether the character shifted from run A to run B: confidence, drift rate and the share of each label, by kind.
 *
 * Each test deals units to the runs anew (`permutationPValue`), so that the texts of a unit may depend on each other; Holm's
 * method holds the chance of naming any shift where there is none to alpha. Labels and drift that fewer than six units show are
 * not tested, as no rearrangement of so few is rare; that does not depend on which run they are in.
 *
 * @throws PersonaGuardError "options-invalid" if alpha is not in (0, 1)
 */
export function compareRuns(
  a: readonly ComparedText[],
  b: readonly ComparedText[],
  options: CompareOptions = {},
): Comparison {
  const { alpha = 0.05, seed = 1 } = options;
  if (!(alpha > 0 && alpha < 1))
    throw new PersonaGuardError("options-invalid", `alpha is ${alpha}; it must lie between 0 and 1.`);
  const [inA, inB] = [unitIdsOf(a), unitIdsOf(b)];
  const runs = { a, b, inBoth: new Set([...inA].filter((unit) => inB.has(unit))) };
  const byKind = kinds.map((kind) => ({ kind, runs: ofKind(runs, kind) }));
  const counts = byKind.map(({ kind, runs }) => ({
    kind,
    a: unitIdsOf(runs.a).size,
    b: unitIdsOf(runs.b).size,
  }));
  const enough = byKind.filter((_, at) => isEnough(counts[at] ?? { a: 0, b: 0 }));
  const questions = [
    // Of all kinds together only drift is asked: confidence and labels differ by kind, and so with the mix of kinds.
    ...(enough.length > 1 ? asked("all", [driftQuestion(runs)]) : []),
    ...enough.flatMap(({ kind, runs }) => asked(kind, questionsOf(runs))),
  ].filter(canDecide);
  const needed = Math.ceil((10 * questions.length) / alpha);
  const { rearrangements = Math.max(usualRearrangements, needed) } = options;
  const pValues = questions.map(({ units }, at) =>
    permutationPValue(units, { seed: seed + at, rearrangements }),
  );
  const adjusted = holm(pValues);
  return {
    schema: "persona-guard/comparison/1",
    alpha,
    seed,
    units: { a: inA.size, b: inB.size, inBoth: runs.inBoth.size },
    texts: { a: a.length, b: b.length },
    driftRate: shareDifference(driftUnits(runs)),
    tests: questions.map(({ kind, measured }, at) => {
      const [pValue = 1, adjustedPValue = 1] = [pValues[at], adjusted[at]];
      return { kind, ...measured, pValue, adjustedPValue, isShift: adjustedPValue <= alpha };
    }),
    tooFew: counts.filter((count) => count.a + count.b > 0 && !isEnough(count)),
  };
}

function isEnough(count: { readonly a: number; readonly b: number }): boolean {
  return count.a >= fewestUnits && count.b >= fewestUnits;
}

function unitIdsOf(texts: readonly ComparedText[]): ReadonlySet<string> {
  return new Set(texts.map(({ unit }) => unit));
}

function asked(kind: Kind | "all", questions: readonly Question[]) {
  return questions.map((question) => ({ kind, ...question }));
}

function ofKind({ a, b, inBoth }: ComparedRuns, kind: Kind): ComparedRuns {
  const isOfKind = (text: ComparedText) => text.kind === kind;
  return { a: a.filter(isOfKind), b: b.filter(isOfKind), inBoth };
}

function questionsOf(runs: ComparedRuns): readonly Question[] {
  const confidence = confidenceQuestion(runs);
  return [...(confidence === undefined ? [] : [confidence]), driftQuestion(runs), ...labelQuestions(runs)];
}

/** Whether enough units have something that differs from the others. */
function canDecide({ measured, units }: Question): boolean {
  if (measured.measure === "confidence") return units.length >= fewestUnits;
  const isShown = ({ a, b }: Unit) => a.total + b.total > 0;
  const isMissing = ({ a, b }: Unit) => a.total + b.total < a.texts + b.texts;
  return units.filter(isShown).length >= fewestUnits && units.filter(isMissing).length >= fewestUnits;
}
