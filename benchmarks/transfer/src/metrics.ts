/**
 * Area under the ROC curve: the chance that a positive scores above a negative, ties counting half.
 *
 * @returns in [0, 1]; NaN if either list is empty
 * @see Hanley and McNeil, Radiology 143 (1982)
 */
export function auc(positives: readonly number[], negatives: readonly number[]): number {
  let wins = 0;
  for (const p of positives) for (const n of negatives) wins += p > n ? 1 : p === n ? 0.5 : 0;
  return wins / (positives.length * negatives.length);
}

/** Mean F1 over the labels that occur in `truth`, in [0, 1]. */
export function macroF1(truth: readonly string[], guesses: readonly string[]): number {
  const labels = [...new Set(truth)];
  return mean(labels.map((label) => f1(truth, guesses, label)));
}

/** Share of guesses that are right. */
export function accuracy(truth: readonly string[], guesses: readonly string[]): number {
  return mean(truth.map((label, at) => Number(guesses[at] === label)));
}

/** Share of positives above the score that `rate` of the negatives exceed. */
export function recallAt(rate: number, positives: readonly number[], negatives: readonly number[]): number {
  const descending = negatives.toSorted((a, b) => b - a);
  const limit = descending[Math.floor(rate * negatives.length)] ?? Number.NEGATIVE_INFINITY;
  return mean(positives.map((score) => Number(score > limit)));
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * 95 % bootstrap interval of a statistic over rows drawn with replacement (1,000 times, seeded; percentile method).
 *
 * @see Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13
 */
export function bootstrapInterval<Row>(
  rows: readonly Row[],
  statistic: (sample: readonly Row[]) => number,
): readonly [low: number, high: number] {
  let state = 20261123;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' linear congruential generator
    return state / 2 ** 32;
  };
  const draw = () => rows.map(() => rows[Math.floor(random() * rows.length)] as Row); // the index is in range
  const found = Array.from({ length: 1_000 }, () => statistic(draw()))
    .filter((value) => !Number.isNaN(value))
    .sort((a, b) => a - b);
  return [
    found[Math.floor(0.025 * found.length)] ?? Number.NaN,
    found[Math.floor(0.975 * found.length)] ?? Number.NaN,
  ];
}

function f1(truth: readonly string[], guesses: readonly string[], label: string): number {
  const hits = truth.filter((one, at) => one === label && guesses[at] === label).length;
  const named = guesses.filter((one) => one === label).length + truth.filter((one) => one === label).length;
  return named === 0 ? 0 : (2 * hits) / named;
}
