/** Exponents of the calibrators e(p) = eps * p^(eps - 1) that the statistic averages over. */
const exponents = [0.1, 0.2, 0.3, 0.5, 0.7, 0.9] as const;

/** All that a session remembers: serialisable, of constant size. */
export interface DriftState {
  /** Steps taken so far. */
  readonly steps: number;
  /** R_t(eps), one per exponent. */
  readonly evidence: readonly number[];
}

export const initialDriftState: DriftState = { steps: 0, evidence: exponents.map(() => 0) };

/**
 * The state after one more step with p-value `p`, and the change-point e-value M_t.
 *
 * R_t(eps) = (R_{t-1}(eps) + w_t) * eps * p_t^(eps - 1) with w_t = 1 / (t (t + 1)); M_t = mean over eps of R_t(eps) + 1 / (t + 1).
 * M_t is an e-process that starts at 1: P(ever M_t >= 1 / alpha) <= alpha however long the session, by Ville's inequality.
 *
 * @param p in (0, 1]
 * @see Vovk and Wang, E-values: calibration, combination and applications, Annals of Statistics 49 (2021)
 */
export function advanceDrift(
  state: DriftState,
  p: number,
): { readonly state: DriftState; readonly eValue: number } {
  const t = state.steps + 1;
  const startWeight = 1 / (t * (t + 1));
  const evidence = exponents.map((eps, i) => ((state.evidence[i] ?? 0) + startWeight) * eps * p ** (eps - 1));
  const mean = evidence.reduce((sum, value) => sum + value, 0) / exponents.length;
  return { state: { steps: t, evidence }, eValue: mean + 1 / (t + 1) };
}
