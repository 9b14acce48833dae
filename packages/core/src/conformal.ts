import { PersonaGuardError } from "./errors.js";

/**
 * p-value of a confidence against texts known to be in persona: small means "rarely this low".
 *
 * p = (1 + #{i : c_i <= confidence}) / (n + 1); P(p <= a) <= a while texts are exchangeable with the calibration texts.
 *
 * @param confidence in [0, 1]
 * @param calibration n >= 1 in-persona confidences of the same kind, ascending
 * @returns p in [1 / (n + 1), 1]
 * @throws PersonaGuardError "calibration-too-small" if n = 0
 * @see Vovk, Gammerman, Shafer, Algorithmic Learning in a Random World (2005)
 */
export function pValue(confidence: number, calibration: readonly number[]): number {
  if (calibration.length === 0) {
    throw new PersonaGuardError(
      "calibration-too-small",
      "A p-value needs at least one calibration text; there is none. Give a calibration, or judge by threshold.",
    );
  }
  return (1 + countUpTo(confidence, calibration)) / (calibration.length + 1);
}

/** Fewest calibration texts with which a false-alarm rate can be kept: n with 1 / (n + 1) <= rate. */
export function textsNeededFor(falseAlarmRate: number): number {
  // 1 / 0.01 - 1 must be 99 whatever the last binary digit says.
  return Math.max(1, Math.ceil(1 / falseAlarmRate - 1 - 1e-9));
}

/** How many values of an ascending list are <= the limit, by binary search. */
export function countUpTo(limit: number, ascending: ArrayLike<number>): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? Number.POSITIVE_INFINITY) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
