import type { Summary } from "./summary.js";

export interface GateOptions {
  /** Highest share of drifted steps among those judged, in [0, 1]. */
  readonly maxDriftRate?: number | undefined;
  /** Most sessions with an alarm, >= 0. */
  readonly maxSessionAlarms?: number | undefined;
}

export interface GateResult {
  readonly gate: "max-drift-rate" | "max-session-alarms";
  readonly limit: number;
  /** Absent if no step could be judged: such a gate has not passed. */
  readonly value?: number;
  readonly passed: boolean;
}

/** The gates that were asked for, and whether the replay passes them. */
export function gateResults(
  { driftedSteps, sessions }: Pick<Summary, "driftedSteps" | "sessions">,
  { maxDriftRate, maxSessionAlarms }: GateOptions,
): readonly GateResult[] {
  const { share, of } = driftedSteps;
  const results: GateResult[] = [];
  if (maxDriftRate !== undefined) results.push(gateOf("max-drift-rate", maxDriftRate, share));
  if (maxSessionAlarms !== undefined)
    results.push(gateOf("max-session-alarms", maxSessionAlarms, of === 0 ? undefined : sessions.alarmed));
  return results;
}

function gateOf(gate: GateResult["gate"], limit: number, value: number | undefined): GateResult {
  return value === undefined
    ? { gate, limit, passed: false }
    : { gate, limit, value, passed: value <= limit };
}
