import type { Comparison } from "./compare.js";

export interface ComparisonGateOptions {
  /** Most that the drift rate of all kinds together may rise from A to B, in [0, 1]. */
  readonly maxIncrease?: number | undefined;
  /** Whether any shift fails, in whatever direction. */
  readonly failOnShift?: boolean | undefined;
}

export interface ComparisonGate {
  readonly gate: "max-increase" | "fail-on-shift";
  readonly limit: number;
  /** Absent if there was too little to tell: such a gate has not passed. */
  readonly value?: number;
  readonly passed: boolean;
}

/** The gates that were asked for, and whether the comparison passes them. */
export function comparisonGates(
  { driftRate, tests }: Pick<Comparison, "driftRate" | "tests">,
  { maxIncrease, failOnShift }: ComparisonGateOptions,
): readonly ComparisonGate[] {
  const shifts = tests.length === 0 ? undefined : tests.filter(({ isShift }) => isShift).length;
  return [
    ...(maxIncrease === undefined ? [] : [gateOf("max-increase", maxIncrease, driftRate.difference?.value)]),
    ...(failOnShift ? [gateOf("fail-on-shift", 0, shifts)] : []),
  ];
}

function gateOf(gate: ComparisonGate["gate"], limit: number, value: number | undefined): ComparisonGate {
  return value === undefined
    ? { gate, limit, passed: false }
    : { gate, limit, value, passed: value <= limit };
}
