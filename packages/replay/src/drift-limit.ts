/**
 * The confidence below which p = (1 + #{c_i <= c}) / (n + 1) is at most `rate`: the k-th smallest, k = floor(rate * (n + 1)).
 *
 * @param ascending in-persona confidences
 * @returns undefined if none is low enough
 */
export function driftLimit(rate: number, ascending: ArrayLike<number>): number | undefined {
  const k = Math.floor(rate * (ascending.length + 1) + 1e-9);
  return k === 0 ? undefined : ascending[k - 1];
}
