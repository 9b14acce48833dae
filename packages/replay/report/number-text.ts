import type { Share } from "../src/share.js";

/** "13.7 %", with one decimal as on the command line. */
export function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** "2.4–4.4 %" */
export function intervalText({ low, high }: Share): string {
  if (low === undefined || high === undefined) return "";
  return `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)} %`;
}

/** "12,340" */
export function countText(count: number): string {
  return count.toLocaleString("en");
}

/** "1 session", "2 sessions" */
export function counted(count: number, one: string, more = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : more}`;
}

/** "0.031"; never 0 or 1, which a probability only comes near. */
export function confidenceText(confidence: number): string {
  if (confidence < 0.0005) return "< 0.001";
  if (confidence >= 0.9995) return "> 0.999";
  return confidence.toFixed(3);
}
