import * as z from "zod";

/** While a persona that must show character still does, at most this share of its texts is plain; unless measured. */
export const usualPlainShare = 0.4;
/** Share of plain texts once the character is gone. */
const plainWhenGone = 0.95;
/** Beyond this, evidence says nothing more and stays a finite number in JSON. */
const mostEvidence = 1e100;

const evidence = z.number().min(0);

/** How a PlainnessState is written down, for what reads one that was stored. */
export const plainnessStateSchema = z.object({
  steps: z.int().min(0),
  evidence,
  likelihood: evidence,
  start: z.int().min(0),
});

/** What a session remembers of how plain its texts are: serialisable, of constant size. */
export type PlainnessState = Readonly<z.infer<typeof plainnessStateSchema>>;

export const initialPlainnessState: PlainnessState = { steps: 0, evidence: 0, likelihood: 0, start: 0 };

/**
 * The state after one more text.
 *
 * @param index of its step in the session
 * @param plainShare largest share of plain texts while the character shows, in (0, 0.95)
 */
export function advancePlainness(
  state: PlainnessState,
  isPlain: boolean,
  index: number,
  plainShare: number,
): PlainnessState {
  const t = state.steps + 1;
  const e = isPlain ? plainWhenGone / plainShare : (1 - plainWhenGone) / (1 - plainShare);
  return {
    steps: t,
    evidence: Math.min(mostEvidence, (state.evidence + 1 / (t * (t + 1))) * e),
    likelihood: Math.min(mostEvidence, Math.max(state.likelihood, 1) * e),
    start: state.likelihood > 1 ? state.start : index,
  };
}

/**
 * The e-value against "no more of the texts are plain than `plainShare`": a likelihood ratio whose start is unknown.
 *
 * R_t = (R_{t-1} + w_t) * e_t and M_t = R_t + 1 / (t + 1) with w_t = 1 / (t (t + 1)), where e_t = 0.95 / plainShare for a plain text
 * and 0.05 / (1 - plainShare) for another. P(ever M_t >= 1 / alpha) <= alpha.
 *
 * @see Ramdas, Grünwald, Vovk and Shafer, Game-theoretic statistics and safe anytime-valid inference, Statistical Science 38 (2023)
 */
export function plainnessEValue({ steps, evidence }: PlainnessState): number {
  return evidence + 1 / (steps + 1);
}
