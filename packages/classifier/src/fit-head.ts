import { PersonaGuardError } from "@persona-guard/core";
import { areaInterval, areaUnderCurve } from "./area-under-curve.js";
import { groupedFolds } from "./grouped-folds.js";
import { dot, type KernelLine, kernelLogisticRegression, logitOf, logLoss } from "./logistic-regression.js";

/**
 * Fixed, because a penalty chosen by the examples would flatter the area. On our corpus, 20 + 20 texts of each of its
 * eleven characters against the others, areas stay within 0.002 of the best from 0.01 to 0.1.
 */
const ridge = 0.03;
const mostFolds = 10;
/** Of many texts, four fifths teach as much as nine tenths, in half the time. */
const foldsOfMany = 5;
/** Few texts can be dealt into folds in ways that matter: 40 of them are dealt 10 times, 400 once. */
const dealtTexts = 400;
const mostRepeats = 10;

export interface FittedHead {
  readonly weights: Float64Array;
  readonly bias: number;
  readonly validation: {
    readonly auc: number;
    readonly interval: { readonly low: number; readonly high: number };
    readonly folds: number;
    readonly repeats: number;
  };
}

/**
 * A line that tells positives from negatives, and how well such a line tells texts that it was not fitted to.
 *
 * The logits are divided by the temperature that suits the texts left out best, so that the sigmoid of a logit can be read
 * as a probability, at even odds before the text was seen.
 *
 * @param features `[text][feature]`
 * @param groups one name a text; texts of one group are left out together; two or more in each class
 * @throws PersonaGuardError "trait-examples-too-few" if the groups cannot be dealt so that both classes are always there
 */
export function fitHead(
  features: readonly Float64Array[],
  isPositive: readonly boolean[],
  groups: readonly string[],
  seed: number,
): FittedHead {
  const kernel = kernelOf(features);
  const folds = Math.min(
    features.length > dealtTexts ? foldsOfMany : mostFolds,
    groupsWith(true),
    groupsWith(false),
  );
  const repeats = Math.max(1, Math.min(mostRepeats, Math.floor(dealtTexts / features.length)));
  const leftOut = Array.from({ length: repeats }, (_, repeat) =>
    leftOutLogits(kernel, isPositive, groupedFolds(groups, isPositive, folds, seed + repeat), folds),
  );
  const of = (logits: readonly number[], positive: boolean) =>
    logits.filter((_, at) => isPositive[at] === positive);
  const areas = leftOut.map((logits) => areaUnderCurve(of(logits, true), of(logits, false)));
  const auc = areas.reduce((sum, area) => sum + area, 0) / areas.length;
  const positives = isPositive.filter(Boolean).length;
  const interval = areaInterval(auc, positives, isPositive.length - positives);
  const line = kernelLogisticRegression(kernel, isPositive, ridge);
  const temperature = temperatureOf(leftOut, isPositive);
  return {
    weights: weightsOf(line, features).map((weight) => weight / temperature),
    bias: line.bias / temperature,
    validation: { auc, interval, folds, repeats },
  };

  function groupsWith(positive: boolean): number {
    return new Set(groups.filter((_, at) => isPositive[at] === positive)).size;
  }
}

function kernelOf(features: readonly Float64Array[]): readonly Float64Array[] {
  const kernel = features.map(() => new Float64Array(features.length));
  for (const [at, row] of features.entries()) {
    for (let other = 0; other <= at; other++) {
      const product = dot(row, features[other] ?? row);
      kernel[at]?.set([product], other);
      kernel[other]?.set([product], at);
    }
  }
  return kernel;
}

/** The logit of every text by the line that was fitted to the other folds. */
function leftOutLogits(
  kernel: readonly Float64Array[],
  isPositive: readonly boolean[],
  foldOf: readonly number[],
  folds: number,
): readonly number[] {
  const logits = new Array<number>(kernel.length).fill(0);
  for (let fold = 0; fold < folds; fold++) {
    const kept = [...foldOf.keys()].filter((at) => foldOf[at] !== fold);
    if (new Set(kept.map((at) => isPositive[at])).size < 2) throw unevenGroups();
    const among = (row: Float64Array | undefined) => Float64Array.from(kept, (at) => row?.[at] ?? 0);
    const line = kernelLogisticRegression(
      kept.map((at) => among(kernel[at])),
      kept.map((at) => isPositive[at] ?? false),
      ridge,
    );
    for (const [at, row] of kernel.entries()) {
      if (foldOf[at] === fold) logits[at] = logitOf(line, among(row));
    }
  }
  return logits;
}

/** A scenario may hold most of a class: without it, what is left may have none. */
function unevenGroups(): PersonaGuardError {
  return new PersonaGuardError(
    "trait-examples-too-few",
    "The scenarios are too uneven to test on: without one part of them, a class has no texts left. Add scenarios.",
  );
}

/** The features' weights that give a kernel line's logits. */
function weightsOf({ coefficients }: KernelLine, features: readonly Float64Array[]): Float64Array {
  const weights = new Float64Array(features[0]?.length ?? 0);
  for (const [at, row] of features.entries()) {
    const coefficient = coefficients[at] ?? 0;
    for (const [feature, value] of row.entries())
      weights[feature] = (weights[feature] ?? 0) + coefficient * value;
  }
  return weights;
}

/**
 * What logits must be divided by to be right as probabilities, in [0.25, 4], both classes with the same say. One text of
 * each class counts as its opposite, or texts without an error would make it infinitely sure (Platt 1999).
 */
function temperatureOf(runs: readonly (readonly number[])[], isPositive: readonly boolean[]): number {
  const count = (positive: boolean) => isPositive.filter((one) => one === positive).length;
  const lossAt = (temperature: number) => {
    let loss = 0;
    for (const [at, positive] of isPositive.entries()) {
      const doubt = 1 / (count(positive) + 2);
      for (const logits of runs) {
        const logit = (logits[at] ?? 0) / temperature;
        loss +=
          ((1 - doubt) * logLoss(logit, positive) + doubt * logLoss(logit, !positive)) / count(positive);
      }
    }
    return loss;
  };
  const candidates = Array.from({ length: 81 }, (_, at) => 4 ** ((at - 40) / 40));
  const losses = candidates.map(lossAt);
  return candidates[losses.indexOf(Math.min(...losses))] ?? 1;
}
