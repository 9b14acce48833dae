import type { Baseline } from "./baseline.js";
import { leastRise, type Share } from "./share.js";
import type { Summary } from "./summary.js";

export interface GateOptions {
  /** Highest share of drifted steps among those judged, in [0, 1]. */
  readonly maxDriftRate?: number | undefined;
  /** Most sessions with an alarm, >= 0. */
  readonly maxSessionAlarms?: number | undefined;
  /** Lowest share of judged steps among those that say something, in [0, 1]. */
  readonly minCoverage?: number | undefined;
  /** An earlier replay: the drift rate may not be higher than in it by more than chance (one-sided, 95 %). */
  readonly baseline?: Baseline | undefined;
}

export interface GateResult {
  readonly gate: "max-drift-rate" | "max-session-alarms" | "min-coverage" | "baseline";
  /** Of "baseline": the drift rate of the earlier replay. */
  readonly limit: number;
  /** Absent if no step could be judged: such a gate has not passed. */
  readonly value?: number;
  readonly passed: boolean;
  /** What was found, as in "10 of 120 judged steps drifted, 8.3 % (95 % interval 4.6-14.7 %)". */
  readonly finding: string;
}

/** The gates that were asked for, and whether the replay passes them. */
export function gateResults(
  summary: Pick<Summary, "driftedSteps" | "effectiveSteps" | "coverage" | "sessions">,
  { maxDriftRate, maxSessionAlarms, minCoverage, baseline }: GateOptions,
): readonly GateResult[] {
  const { driftedSteps, coverage, sessions } = summary;
  const results: GateResult[] = [];
  if (maxDriftRate !== undefined) {
    const { share } = driftedSteps;
    const passed = share !== undefined && share <= maxDriftRate;
    results.push(resultOf("max-drift-rate", maxDriftRate, share, passed, driftFinding(driftedSteps)));
  }
  if (maxSessionAlarms !== undefined) {
    const value = driftedSteps.of === 0 ? undefined : sessions.alarmed;
    const passed = value !== undefined && value <= maxSessionAlarms;
    const finding = `${sessions.alarmed} of ${sessions.total} sessions raised an alarm`;
    results.push(resultOf("max-session-alarms", maxSessionAlarms, value, passed, finding));
  }
  if (minCoverage !== undefined) {
    const { count, of, share } = coverage;
    const passed = share !== undefined && share >= minCoverage;
    const finding = `${count} of ${of} steps that say something could be judged${inPercent(share)}`;
    results.push(resultOf("min-coverage", minCoverage, share, passed, finding));
  }
  if (baseline !== undefined) results.push(againstBaseline(summary, baseline));
  return results;
}

function againstBaseline(
  { driftedSteps, effectiveSteps }: Pick<Summary, "driftedSteps" | "effectiveSteps">,
  { folder, drift }: Baseline,
): GateResult {
  const { share } = driftedSteps;
  if (share === undefined) return resultOf("baseline", drift.share, share, false, driftFinding(driftedSteps));
  const rise = leastRise(drift, { share, effective: effectiveSteps });
  const rose = `higher than in ${folder} by ${percent(rise)} points or more (one-sided, 95 %)`;
  const finding = `${driftFinding(driftedSteps)}, against ${percent(drift.share)} % in ${folder}: ${rise > 0 ? rose : "no more than chance"}`;
  return resultOf("baseline", drift.share, share, rise <= 0, finding);
}

function resultOf(
  gate: GateResult["gate"],
  limit: number,
  value: number | undefined,
  passed: boolean,
  finding: string,
): GateResult {
  return value === undefined
    ? { gate, limit, passed: false, finding: "no step could be judged" }
    : { gate, limit, value, passed, finding };
}

function driftFinding({ count, of, share, low, high }: Share): string {
  if (share === undefined || low === undefined || high === undefined) return "no step could be judged";
  return `${count} of ${of} judged steps drifted, ${percent(share)} % (95 % interval ${percent(low)}-${percent(high)} %)`;
}

function inPercent(share: number | undefined): string {
  return share === undefined ? "" : `, ${percent(share)} %`;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
