import type { Judgement } from "@persona-guard/core";

/** A judgement and how long it took, in milliseconds. */
export async function timed(
  judge: () => Promise<Judgement>,
): Promise<{ readonly judgement: Judgement; readonly scoringMs: number }> {
  const start = performance.now();
  const judgement = await judge();
  return { judgement, scoringMs: performance.now() - start };
}
