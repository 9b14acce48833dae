/** A quantile with its 95 % interval, from the normal approximation to the binomial count of values below it. */
export interface Quantile {
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

export function quantile(values: readonly number[], share: number): Quantile {
  const ascending = [...values].sort((a, b) => a - b);
  const at = (rank: number) =>
    ascending[Math.min(ascending.length - 1, Math.max(0, Math.round(rank)))] ?? Number.NaN;
  const middle = share * (ascending.length - 1);
  const half = 1.96 * Math.sqrt(ascending.length * share * (1 - share));
  return { value: at(middle), from: at(middle - half), to: at(middle + half) };
}
