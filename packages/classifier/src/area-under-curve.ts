/** 97.5 % quantile of the normal distribution: intervals are two-sided and hold 95 %. */
const z95 = 1.959963984540054;

/**
 * Probability that a positive scores higher than a negative; a tie counts one half (Mann-Whitney).
 *
 * @param positives scores of the positives, n >= 1, any order
 * @param negatives scores of the negatives, n >= 1, any order
 * @returns in [0, 1]
 */
export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number {
  let wins = 0;
  for (const positive of positives) {
    for (const negative of negatives) wins += positive > negative ? 1 : positive === negative ? 0.5 : 0;
  }
  return wins / (positives.length * negatives.length);
}

/**
 * 95 % confidence interval of an area under the curve: the areas that lie less than 1.96 of their own standard errors
 * from the one observed. Unlike DeLong's and Hanley and McNeil's, it has a width at an area of 1, where a small sample
 * without any error is no proof of perfection.
 *
 * @see Newcombe, Statistics in Medicine 25 (2006) 559-573, method 5
 */
export function areaInterval(
  area: number,
  positives: number,
  negatives: number,
): { readonly low: number; readonly high: number } {
  const isFar = (other: number) =>
    Math.abs(other - area) > z95 * Math.sqrt(areaVariance(other, positives, negatives));
  return {
    low: area - crossing((step) => isFar(area - step), area),
    high: area + crossing((step) => isFar(area + step), 1 - area),
  };
}

/** Variance by Hanley and McNeil (Radiology 143 (1982) 29-36), with the mean of the counts less one for either of them. */
export function areaVariance(area: number, positives: number, negatives: number): number {
  const mean = (positives + negatives) / 2 - 1;
  const pairs = 1 + mean * ((1 - area) / (2 - area) + area / (1 + area));
  return (area * (1 - area) * pairs) / (positives * negatives);
}

/** The step in [0, most] at which `isFar` turns true, by bisection; `most` if it does not. */
function crossing(isFar: (step: number) => boolean, most: number): number {
  let low = 0;
  let high = most;
  for (let halving = 0; halving < 60; halving++) {
    const middle = (low + high) / 2;
    if (isFar(middle)) high = middle;
    else low = middle;
  }
  return high;
}
