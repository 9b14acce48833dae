/** z of a two-sided 95 % interval: the 0.975 quantile of the standard normal distribution. */
const z = 1.959963984540054;
/** z of a one-sided 95 % interval: the 0.95 quantile. */
const oneSidedZ = 1.6448536269514722;

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
  return { count, of, share, ...wilsonInterval(share, effective, z) };
}

/** Wilson's interval of a share of `effective` independent observations, with the standard normal quantile `z`. */
function wilsonInterval(
  share: number,
  effective: number,
  z: number,
): { readonly low: number; readonly high: number } {
  const spread = z * Math.sqrt((share * (1 - share)) / effective + (z * z) / (4 * effective * effective));
  const middle = share + (z * z) / (2 * effective);
  const scale = 1 + (z * z) / effective;
  return {
    // Exactly 0 and 1 at the ends, where rounding would leave a little.
    low: share === 0 ? 0 : (middle - spread) / scale,
    high: share === 1 ? 1 : (middle + spread) / scale,
  };
}

/** A share of observations that are worth `effective` independent ones. */
export interface MeasuredShare {
  /** In [0, 1]. */
  readonly share: number;
  /** > 0. */
  readonly effective: number;
}

/**
 * What a share has risen by at the least: the lower end of the one-sided 95 % interval of the difference, in [-1, 1]. Above 0 the
 * rise is more than chance.
 *
 * @param quantile of the standard normal distribution that makes the level
 * @see Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17 (1998), method 10
 */
export function leastRise(before: MeasuredShare, after: MeasuredShare, quantile = oneSidedZ): number {
  const { high } = wilsonInterval(before.share, before.effective, quantile);
  const { low } = wilsonInterval(after.share, after.effective, quantile);
  return after.share - before.share - Math.hypot(after.share - low, high - before.share);
}

/**
 * A share over groups whose members go together, as the texts of a session: Wilson's interval at the sample size divided by the
 * design effect (variance of the ratio estimator over groups against that of independent draws, never below 1).
 *
 * @see Kish, Survey Sampling (1965), 5.4 and 8.2; Korn and Graubard, Survey Methodology 24 (1998)
 */
export function clusteredShareOf(groups: readonly CountedGroup[]): Share {
  const { count, of } = sumOf(groups);
  return shareOf(count, of, effectiveSize(groups));
}

/** Counted members of a group, such as the drifted steps of a session. */
export interface CountedGroup {
  readonly count: number;
  readonly of: number;
}

/** Independent observations that the members of all groups are worth together. */
export function effectiveSize(groups: readonly CountedGroup[]): number {
  const { count, of } = sumOf(groups);
  const share = count / of;
  if (groups.length < 2 || count === 0 || count === of) return of;
  const squares = groups.reduce((sum, group) => sum + (group.count - share * group.of) ** 2, 0);
  const variance = (squares * groups.length) / (groups.length - 1) / of ** 2;
  const designEffect = variance / ((share * (1 - share)) / of);
  return of / Math.max(1, designEffect);
}

function sumOf(groups: readonly CountedGroup[]): CountedGroup {
  return {
    count: groups.reduce((sum, group) => sum + group.count, 0),
    of: groups.reduce((sum, group) => sum + group.of, 0),
  };
}
