import { randomNumbers } from "./random-numbers.js";
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
  const deal = new Deal(units, randomNumbers(seed));
  const observed = deal.statistic() * (1 - tolerance);
  let exceedances = 0;
  for (let drawn = 1; drawn <= rearrangements; drawn += 1) {
    deal.again();
    if (deal.statistic() >= observed) exceedances += 1;
    if (exceedances === enoughExceedances) return exceedances / drawn;
  }
  return (exceedances + 1) / (rearrangements + 1);
}

/** Units as they are dealt to the runs, and the statistic of that. */
class Deal {
  readonly #units: readonly Unit[];
  readonly #pairs: readonly number[];
  /** Units of one run; the first `#singlesOfA` are those dealt to A. */
  readonly #singles: number[];
  readonly #singlesOfA: number;
  /** Per unit, what it counts for A and for B as dealt: texts, and the total less the common mean for each text. */
  readonly #textsA: Float64Array;
  readonly #totalA: Float64Array;
  readonly #textsB: Float64Array;
  readonly #totalB: Float64Array;

  constructor(
    units: readonly Unit[],
    readonly random: () => number,
  ) {
    const mean = meanOf(units.flatMap(({ a, b }) => [a, b]));
    const centred = ({ texts, total }: Sum) => ({ texts, total: total - mean * texts });
    this.#units = units.map(({ a, b, isPair }) => ({ a: centred(a), b: centred(b), isPair }));
    const indices = units.map((_, at) => at);
    this.#pairs = indices.filter((at) => units[at]?.isPair);
    this.#singles = indices.filter((at) => !units[at]?.isPair);
    this.#singlesOfA = units.filter(({ a, isPair }) => !isPair && a.texts > 0).length;
    this.#textsA = Float64Array.from(this.#units, ({ a }) => a.texts);
    this.#totalA = Float64Array.from(this.#units, ({ a }) => a.total);
    this.#textsB = Float64Array.from(this.#units, ({ b }) => b.texts);
    this.#totalB = Float64Array.from(this.#units, ({ b }) => b.total);
  }

  again(): void {
    const { random } = this;
    for (const at of this.#pairs) {
      const { a, b } = this.#units[at] ?? noUnit;
      if (random() < 0.5) this.#put(at, a, b);
      else this.#put(at, b, a);
    }
    const singles = this.#singles;
    for (let place = 0; place < singles.length; place += 1) {
      // Fisher and Yates' shuffle, of which only the share of A is needed.
      const other =
        place < this.#singlesOfA ? place + Math.floor(random() * (singles.length - place)) : place;
      const unit = singles[other] ?? 0;
      singles[other] = singles[place] ?? 0;
      singles[place] = unit;
      const { a, b } = this.#units[unit] ?? noUnit;
      const own = a.texts > 0 ? a : b;
      if (place < this.#singlesOfA) this.#put(unit, own, noUnit.b);
      else this.#put(unit, noUnit.a, own);
    }
  }

  #put(at: number, a: Sum, b: Sum): void {
    this.#textsA[at] = a.texts;
    this.#totalA[at] = a.total;
    this.#textsB[at] = b.texts;
    this.#totalB[at] = b.total;
  }

  /** |mean of B - mean of A| / its standard error over units; infinite where a run has no text or the error is none. */
  statistic(): number {
    const [textsA, totalA, textsB, totalB] = [this.#textsA, this.#totalA, this.#textsB, this.#totalB];
    const [countA, countB] = [sumOf(textsA), sumOf(textsB)];
    if (countA === 0 || countB === 0) return Number.POSITIVE_INFINITY;
    const [meanA, meanB] = [sumOf(totalA) / countA, sumOf(totalB) / countB];
    let variance = 0;
    for (let at = 0; at < textsA.length; at += 1) {
      const ofA = (totalA[at] ?? 0) - meanA * (textsA[at] ?? 0);
      const ofB = (totalB[at] ?? 0) - meanB * (textsB[at] ?? 0);
      const added = ofB / countB - ofA / countA;
      variance += added * added;
    }
    const difference = Math.abs(meanB - meanA);
    return difference < tolerance ? 0 : difference / Math.sqrt(variance);
  }
}

const noUnit: Unit = { a: { texts: 0, total: 0 }, b: { texts: 0, total: 0 }, isPair: false };

function meanOf(sums: readonly Sum[]): number {
  return sums.reduce((sum, { total }) => sum + total, 0) / sums.reduce((sum, { texts }) => sum + texts, 0);
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] ?? 0;
  return sum;
}
