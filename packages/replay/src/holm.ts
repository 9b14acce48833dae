/**
 * p-values of a family of tests, raised so that rejecting those <= alpha errs on any true hypothesis with a chance of at most
 * alpha, however the tests depend on each other. In the order given.
 *
 * @see Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979)
 */
export function holm(pValues: readonly number[]): readonly number[] {
  const ascending = pValues.map((p, at) => ({ p, at })).sort((a, b) => a.p - b.p);
  const adjusted: number[] = pValues.map(() => 1);
  let highest = 0;
  for (const [rank, { p, at }] of ascending.entries()) {
    highest = Math.max(highest, Math.min(1, p * (pValues.length - rank)));
    adjusted[at] = highest;
  }
  return adjusted;
}
