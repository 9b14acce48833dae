import type { Share } from "@persona-guard/replay";

/** "5.0 % (1.7-13.7 %)"; "none judged" where there was nothing to count. */
export function shareInPercent({ share, low, high }: Share): string {
  if (share === undefined || low === undefined || high === undefined) return "none judged";
  return `${percent(share)} % (${percent(low)}-${percent(high)} %)`;
}

/** A share as "13.7". */
export function percent(share: number): string {
  return (100 * share).toFixed(1);
}
