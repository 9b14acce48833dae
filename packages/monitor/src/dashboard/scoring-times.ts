/** Bins to a doubling of the time: each is 4 % wide, so that a quantile is off by 2 % at most. */
const binsPerDoubling = 16;

/** The bin of a line's scoring time, in SQL. Counting bins takes DuckDB a fraction of what its quantiles take. */
export const timeBin = `floor(log2(greatest(coalesce(scoringMs, 0), 0.001)) * ${binsPerDoubling})::SMALLINT`;

export interface TimeBin {
  readonly bin: number;
  readonly count: number;
}

/** The times that half and 95 % of the steps do not exceed, in milliseconds; null without steps. */
export function timeQuantiles(bins: readonly TimeBin[]): {
  readonly p50: number | null;
  readonly p95: number | null;
} {
  const ascending = [...bins].sort((a, b) => a.bin - b.bin);
  const all = ascending.reduce((sum, { count }) => sum + count, 0);
  return { p50: quantile(ascending, 0.5 * all), p95: quantile(ascending, 0.95 * all) };
}

function quantile(ascending: readonly TimeBin[], rank: number): number | null {
  let below = 0;
  for (const { bin, count } of ascending) {
    below += count;
    if (below >= rank) return 2 ** ((bin + 0.5) / binsPerDoubling);
  }
  return null;
}
