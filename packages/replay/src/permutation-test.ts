import { seededRandom } from "@persona-guard/core";
import type { Sum, Unit } from "./unit.js";

/** Rearrangements as far out as the data after which the rest would not change the decision (Besag and Clifford's h). */
const enoughExceedances = 20;
/** Rearrangements that give the same statistic may differ in the last digits. */
const tolerance = 1e-9;

export interface PermutationOptions {
  readonly seed: number;
  /** Rearrangements at the most: the smallest p-value is 1 / (this + 1). */
  readonly rearrangements: number;
}

/**
 * p-value of "the runs differ in nothing but chance", two-sided: how often the difference of the two means is as large, against
 * its standard error over units, when units are dealt to the runs anew.
 *
 * A unit that occurs in both runs has its two sums exchanged or not; the others are shuffled between the runs. Texts of a unit
 * are never parted, so that they may depend on each other in any way. Where the runs are alike in distribution, P(p <= a) <= a
 * for every a, at any number of units; the division by the standard error makes it hold for many units too where only the means
 * are alike. Stops early where p is large.
 *
 * @see Janssen, Studentized permutation tests for non-i.i.d. hypotheses, Statistics and Probability Letters 36 (1997)
 * @see Besag and Clifford, Sequential Monte Carlo p-values, Biometrika 78 (1991)
 */
export function permutationPValue(
  units: readonly Unit[],
  { seed, rearrangements }: PermutationOptions,
): number {
  const deal = new Deal(units, seededRandom(seed));
  const observed = deal.statistic() * (1 - tolerance);
  let exceedances = 0;
  for (let drawn = 1; drawn <= rearrangements; drawn += 1) {
    deal.again();
    if (deal.statistic() >= observed) exceedances += 1;
    if (exceedances === enoughExceedances) return exceedances / drawn;
  }
  return (exceedances + 1) / (rearrangements + 1);
}

/** Units as they are dealt to the runs, and the statistic of that. Totals are less the common mean for each text. */
class Deal {
  /** Of the units of both runs, what counts for A and what for B. */
  readonly #pairs: { readonly a: Sums; readonly b: Sums };
  /** The units of one run: the first `#singlesOfA` count for A, the others for B. */
  readonly #singles: Sums;
  readonly #singlesOfA: number;

  constructor(
    units: readonly Unit[],
    readonly random: () => number,
  ) {
    const mean = meanOf(units.flatMap(({ a, b }) => [a, b]));
    const pairs = units.filter(({ isPair }) => isPair);
    const ofA = units.filter(({ isPair, a }) => !isPair && a.texts > 0).map(({ a }) => a);
    const ofB = units.filter(({ isPair, b }) => !isPair && b.texts > 0).map(({ b }) => b);
    this.#pairs = {
      a: sumsOf(
        pairs.map(({ a }) => a),
        mean,
      ),
      b: sumsOf(
        pairs.map(({ b }) => b),
        mean,
      ),
    };
    this.#singles = sumsOf([...ofA, ...ofB], mean);
    this.#singlesOfA = ofA.length;
  }

  again(): void {
    const { random } = this;
    const { a, b } = this.#pairs;
    for (let at = 0; at < a.texts.length; at += 1) if (random() < 0.5) exchange(a, at, b, at);
    const singles = this.#singles;
    // Fisher and Yates' shuffle, of which only the share of A is needed.
    for (let at = 0; at < this.#singlesOfA; at += 1)
      exchange(singles, at, singles, at + Math.floor(random() * (singles.texts.length - at)));
  }

  /** |mean of B - mean of A| / its standard error over units; infinite where a run has no text or the error is none. */
  statistic(): number {
    const { a, b } = this.#pairs;
    const singles = this.#singles;
    const [split, end] = [this.#singlesOfA, singles.texts.length];
    const countA = sumOf(a.texts) + sumOf(singles.texts, 0, split);
    const countB = sumOf(b.texts) + sumOf(singles.texts, split, end);
    if (countA === 0 || countB === 0) return Number.POSITIVE_INFINITY;
    const meanA = (sumOf(a.totals) + sumOf(singles.totals, 0, split)) / countA;
    const meanB = (sumOf(b.totals) + sumOf(singles.totals, split, end)) / countB;
    let variance = 0;
    for (let at = 0; at < a.texts.length; at += 1)
      variance += (offMean(b, at, meanB) / countB - offMean(a, at, meanA) / countA) ** 2;
    for (let at = 0; at < split; at += 1) variance += (offMean(singles, at, meanA) / countA) ** 2;
    for (let at = split; at < end; at += 1) variance += (offMean(singles, at, meanB) / countB) ** 2;
    const difference = Math.abs(meanB - meanA);
    return difference < tolerance ? 0 : difference / Math.sqrt(variance);
  }
}

/** Sums of many units, as columns. */
interface Sums {
  readonly texts: Float64Array;
  readonly totals: Float64Array;
}

function sumsOf(sums: readonly Sum[], mean: number): Sums {
  return {
    texts: Float64Array.from(sums, ({ texts }) => texts),
    totals: Float64Array.from(sums, ({ texts, total }) => total - mean * texts),
  };
}

function exchange(one: Sums, at: number, other: Sums, otherAt: number): void {
  const [texts, total] = [one.texts[at] ?? 0, one.totals[at] ?? 0];
  one.texts[at] = other.texts[otherAt] ?? 0;
  one.totals[at] = other.totals[otherAt] ?? 0;
  other.texts[otherAt] = texts;
  other.totals[otherAt] = total;
}

function offMean({ texts, totals }: Sums, at: number, mean: number): number {
  return (totals[at] ?? 0) - mean * (texts[at] ?? 0);
}

function sumOf(values: Float64Array, from = 0, to = values.length): number {
  let sum = 0;
  for (let at = from; at < to; at += 1) sum += values[at] ?? 0;
  return sum;
}

function meanOf(sums: readonly Sum[]): number {
  return sums.reduce((sum, { total }) => sum + total, 0) / sums.reduce((sum, { texts }) => sum + texts, 0);
}
