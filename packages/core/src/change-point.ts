import * as z from "zod";

/** Evidence grows without end in a session that has drifted; beyond this it says nothing more and stays a finite number in JSON. */
const mostEvidence = 1e100;

/** How a ChangePoint is written down, for what reads one that was stored. */
export const changePointSchema = z.object({
  steps: z.int().min(0),
  evidence: z.number().min(0),
  likelihood: z.number().min(0),
  start: z.int().min(0),
});

/** What is remembered of a sequence of e-values whose mean may rise above 1 at an unknown time: serialisable, of constant size. */
export interface ChangePoint {
  /** E-values taken so far. */
  readonly steps: number;
  /** R_t. */
  readonly evidence: number;
  /** The product of e-values since the start that makes it largest (Page's CUSUM), >= 0. */
  readonly likelihood: number;
  /** That start, as the index of its step. */
  readonly start: number;
}

export const initialChangePoint: ChangePoint = { steps: 0, evidence: 0, likelihood: 0, start: 0 };

/**
 * One e-value further: R_t = (R_{t-1} + w_t) * e_t with start weights w_t = 1 / (t (t + 1)), and Page's recursion
 * C_t = max(C_{t-1}, 1) * e_t.
 *
 * @param e >= 0; of mean 1 or less while nothing has changed
 * @param index of its step, which the change's start is named by
 * @see Page, Continuous inspection schemes, Biometrika 41 (1954)
 */
export function advanceChangePoint(before: ChangePoint, e: number, index: number): ChangePoint {
  const t = before.steps + 1;
  return {
    steps: t,
    evidence: Math.min(mostEvidence, (before.evidence + 1 / (t * (t + 1))) * e),
    likelihood: Math.min(mostEvidence, Math.max(before.likelihood, 1) * e),
    start: before.likelihood > 1 ? before.start : index,
  };
}

/**
 * M_t = R_t + 1 / (t + 1), an e-process that starts at 1: P(ever M_t >= 1 / alpha) <= alpha while nothing has changed, however
 * long the sequence, by Ville's inequality.
 *
 * @see Ramdas, Grünwald, Vovk and Shafer, Game-theoretic statistics and safe anytime-valid inference, Statistical Science 38 (2023)
 */
export function changePointEValue({ steps, evidence }: ChangePoint): number {
  return evidence + 1 / (steps + 1);
}
