/** z of a two-sided 95 % interval: the 0.975 quantile of the standard normal distribution. */
const z = 1.959963984540054;

/** A counted share with its 95 % interval; the numbers are absent where there was nothing to count. */
export interface Share {
  readonly count: number;
  readonly of: number;
  readonly share?: number;
  readonly low?: number;
  readonly high?: number;
}

/**
 * `count / of` with Wilson's score interval, which stays in [0, 1] and holds for small counts too.
 *
 * @param effective number of independent observations that `of` is worth, where they go together
 * @see Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927)
 */
export function shareOf(count: number, of: number, effective: number = of): Share {
  if (of === 0) return { count, of };
  const share = count / of;
  const spread = z * Math.sqrt((share * (1 - share)) / effective + (z * z) / (4 * effective * effective));
  const middle = share + (z * z) / (2 * effective);
  const scale = 1 + (z * z) / effective;
  return {
    count,
    of,
    share,
    // Exactly 0 and 1 at the ends, where rounding would leave a little.
    low: count === 0 ? 0 : (middle - spread) / scale,
    high: count === of ? 1 : (middle + spread) / scale,
  };
}

/**
 * A share over groups whose members go together, as the texts of a session: Wilson's interval at the sample size divided by the
 * design effect (variance of the ratio estimator over groups against that of independent draws, never below 1).
 *
 * @see Kish, Survey Sampling (1965), 5.4 and 8.2; Korn and Graubard, Survey Methodology 24 (1998)
 */
export function clusteredShareOf(groups: readonly { readonly count: number; readonly of: number }[]): Share {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const of = groups.reduce((sum, group) => sum + group.of, 0);
  const share = count / of;
  if (groups.length < 2 || count === 0 || count === of) return shareOf(count, of);
  const squares = groups.reduce((sum, group) => sum + (group.count - share * group.of) ** 2, 0);
  const variance = (squares * groups.length) / (groups.length - 1) / of ** 2;
  const designEffect = variance / ((share * (1 - share)) / of);
  return shareOf(count, of, of / Math.max(1, designEffect));
}
