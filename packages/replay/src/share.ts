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
 * @see Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927)
 */
export function shareOf(count: number, of: number): Share {
  if (of === 0) return { count, of };
  const share = count / of;
  const spread = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const middle = share + (z * z) / (2 * of);
  const scale = 1 + (z * z) / of;
  return {
    count,
    of,
    share,
    // Exactly 0 and 1 at the ends, where rounding would leave a little.
    low: count === 0 ? 0 : (middle - spread) / scale,
    high: count === of ? 1 : (middle + spread) / scale,
  };
}
