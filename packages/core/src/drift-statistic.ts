import * as z from "zod";

/** Exponents of the calibrators e(p) = eps * p^(eps - 1) that the statistics average over. */
const exponents = [0.1, 0.2, 0.3, 0.5, 0.7, 0.9] as const;
/** Evidence grows without end in a session that has drifted; beyond this it says nothing more and stays a finite number in JSON. */
const mostEvidence = 1e100;

const evidence = z.array(z.number().min(0)).length(exponents.length).readonly();

/** How a DriftState is written down, for what reads one that was stored. */
export const driftStateSchema = z.object({
  steps: z.int().min(0),
  evidence,
  likelihoods: evidence,
  starts: z.array(z.int().min(0)).length(exponents.length).readonly(),
});

/** All that a session's statistic remembers: serialisable, of constant size. */
export interface DriftState {
  /** Steps taken so far. */
  readonly steps: number;
  /** R_t(eps), one per exponent. */
  readonly evidence: readonly number[];
  /** Per exponent, the product of e-values since the start that makes it largest (Page's CUSUM), >= 0. */
  readonly likelihoods: readonly number[];
  /** Those starts, as the index of their step. */
  readonly starts: readonly number[];
}

export const initialDriftState: DriftState = {
  steps: 0,
  evidence: exponents.map(() => 0),
  likelihoods: exponents.map(() => 0),
  starts: exponents.map(() => 0),
};

/**
 * The state after one more step with p-value `p`.
 *
 * @param p in (0, 1]
 * @param index of the step in its session, which a drift's start is named by
 */
export function advanceDrift(state: DriftState, p: number, index: number = state.steps): DriftState {
  const t = state.steps + 1;
  const startWeight = 1 / (t * (t + 1));
  const eValues = exponents.map((eps) => eps * p ** (eps - 1));
  return {
    steps: t,
    evidence: eValues.map((e, i) => Math.min(mostEvidence, ((state.evidence[i] ?? 0) + startWeight) * e)),
    likelihoods: eValues.map((e, i) => Math.min(mostEvidence, Math.max(state.likelihoods[i] ?? 0, 1) * e)),
    starts: eValues.map((_, i) => ((state.likelihoods[i] ?? 0) > 1 ? (state.starts[i] ?? index) : index)),
  };
}

/**
 * The change-point e-value M_t of a session.
 *
 * R_t(eps) = (R_{t-1}(eps) + w_t) * eps * p_t^(eps - 1) with w_t = 1 / (t (t + 1)); M_t = mean over eps of R_t(eps) + 1 / (t + 1).
 * M_t is an e-process that starts at 1: P(ever M_t >= 1 / alpha) <= alpha however long the session, by Ville's inequality.
 *
 * @see Vovk and Wang, E-values: calibration, combination and applications, Annals of Statistics 49 (2021)
 */
export function driftEValue({ steps, evidence }: DriftState): number {
  return mean(evidence) + 1 / (steps + 1);
}

/**
 * Index of the step at which a drift, if there is one, most likely began: the start of greatest likelihood over starts and eps, by
 * Page's recursion C_t = max(C_{t-1}, 1) * e(p_t).
 *
 * @see Page, Continuous inspection schemes, Biometrika 41 (1954)
 */
export function driftStart({ likelihoods, starts }: DriftState): number {
  return starts[likelihoods.indexOf(Math.max(...likelihoods))] ?? 0;
}

/** What a fleet's statistic remembers: S_t(eps), one per exponent. Serialisable. */
export type FleetState = readonly number[];

export const initialFleetState: FleetState = exponents.map(() => 0);

/**
 * The state of many sessions together after one more step with p-value `p`.
 *
 * @param p in (0, 1]
 */
export function advanceFleet(state: FleetState, p: number): FleetState {
  return exponents.map((eps, i) => Math.min(mostEvidence, ((state[i] ?? 0) + 1) * eps * p ** (eps - 1)));
}

/**
 * The Shiryaev-Roberts e-detector: S_t(eps) = (S_{t-1}(eps) + 1) * eps * p^(eps - 1), averaged over eps. While nothing has changed,
 * it takes at least N steps on average until it first reaches N.
 *
 * @see Shin, Ramdas and Rinaldo, E-detectors, arXiv 2203.03532
 */
export function fleetStatistic(state: FleetState): number {
  return mean(state);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
