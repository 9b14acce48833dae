import * as z from "zod";
import {
  advanceChangePoint,
  type ChangePoint,
  changePointEValue,
  changePointSchema,
  initialChangePoint,
} from "./change-point.js";

/** Exponents of the calibrators e(p) = eps * p^(eps - 1) that the statistics average over. */
const exponents = [0.1, 0.2, 0.3, 0.5, 0.7, 0.9] as const;
/** Beyond this, a fleet's evidence says nothing more and stays a finite number in JSON. */
const mostEvidence = 1e100;

/** How a DriftState is written down, for what reads one that was stored. */
export const driftStateSchema = z.array(changePointSchema).length(exponents.length);

/** All that a session's p-values leave behind, one change point per exponent: serialisable, of constant size. */
export type DriftState = readonly ChangePoint[];

export const initialDriftState: DriftState = exponents.map(() => initialChangePoint);

/**
 * The state after one more step with p-value `p`.
 *
 * @param p in (0, 1]
 * @param index of the step in its session, which a drift's start is named by
 */
export function advanceDrift(state: DriftState, p: number, index: number = state[0]?.steps ?? 0): DriftState {
  return exponents.map((eps, i) =>
    advanceChangePoint(state[i] ?? initialChangePoint, eps * p ** (eps - 1), index),
  );
}

/**
 * The change-point e-value M_t of a session: the mean over eps of the e-processes of the e-values eps * p_t^(eps - 1).
 *
 * @see Vovk and Wang, E-values: calibration, combination and applications, Annals of Statistics 49 (2021)
 */
export function driftEValue(state: DriftState): number {
  return mean(state.map(changePointEValue));
}

/** The change point of greatest likelihood over eps: its start is where a drift, if there is one, most likely began. */
export function likeliestChange(state: DriftState): ChangePoint {
  return state.reduce((best, one) => (one.likelihood > best.likelihood ? one : best), initialChangePoint);
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
