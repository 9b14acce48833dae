import {
  type Comparison,
  type ComparisonGate,
  type RunNames,
  type SharesCompared,
  type ShiftTest,
  shiftLine,
} from "@persona-guard/replay";
import type { Colors } from "picocolors/types.js";
import { percent, shareInPercent } from "./percent.js";

export interface Compared {
  readonly comparison: Comparison;
  readonly names: RunNames;
  readonly gates: readonly ComparisonGate[];
}

/** The comparison for a person to read: what shifted, every test in a table, and the gates. */
export function comparisonReport({ comparison, names, gates }: Compared, colors: Colors): string {
  const { units, texts, driftRate, tests, alpha } = comparison;
  const shifts = tests.filter(({ isShift }) => isShift).sort(byMeasure);
  const lines: (readonly [string, string])[] = [
    ["before", `${names.a}: ${texts.a} texts of ${units.a} sessions`],
    ["after", `${names.b}: ${texts.b} texts of ${units.b} sessions, ${pairsText(units)}`],
    ["drift", `${shareInPercent(driftRate.a)} to ${shareInPercent(driftRate.b)}${increaseOf(driftRate)}`],
    ...gates.map((gate) => ["gate", gateText(gate, colors)] as const),
  ];
  return [
    ...lines.map(([name, text]) => `${name.padEnd(8)}${text}`),
    "",
    ...(shifts.length === 0
      ? [nothingFound(comparison)]
      : shifts.map((test) => `${colors.bold("shift")}   ${shiftLine(test, names)}.`)),
    ...comparison.tooFew.map((one) => `${one.kind}: ${tooFewText(one, names)}`),
    ...(tests.length === 0 ? [] : ["", ...tableOf(tests, names, colors)]),
    ...(tests.length === 0
      ? []
      : [
          "",
          `p is Holm's, over ${tests.length} tests; a shift is p <= ${alpha}. Intervals are 95 %, one by one.`,
        ]),
  ].join("\n");
}

function pairsText({ inBoth }: Comparison["units"]): string {
  return inBoth === 0 ? "none of them in both (--scenario can pair them)" : `${inBoth} of them in both`;
}

/** What a reader can picture first: "more apologetic", then "drifts more", then confidence. */
function byMeasure(one: ShiftTest, other: ShiftTest): number {
  const order = ["label", "drift-rate", "confidence"];
  return order.indexOf(one.measure) - order.indexOf(other.measure);
}

function nothingFound({ tests, alpha }: Comparison): string {
  return tests.length === 0
    ? "Nothing could be compared: at least 6 sessions of each run must hold a kind of text."
    : `No shift found: chance alone may well bring about what differs (alpha ${alpha}).`;
}

function tooFewText({ a, b }: Comparison["tooFew"][number], names: RunNames): string {
  return `too few to compare, ${a} sessions of ${names.a} and ${b} of ${names.b} hold any; 6 of each are needed.`;
}

function increaseOf({ difference }: SharesCompared): string {
  if (difference === undefined) return "";
  const { value, low, high } = difference;
  return `, ${points(value)} points (${points(low)} to ${points(high)})`;
}

function gateText({ gate, limit, value, passed }: ComparisonGate, colors: Colors): string {
  if (value === undefined) return colors.yellow(`${gate}: not decided, too little could be compared`);
  const found = gate === "max-increase" ? `${limit}: ${Number(value.toFixed(4))}` : `${value} shifts`;
  return `${gate} ${found}, ${passed ? colors.green("passed") : colors.red("failed")}`;
}

function tableOf(tests: readonly ShiftTest[], names: RunNames, colors: Colors): readonly string[] {
  const rows = tests.map((test) => [test.kind, ...cellsOf(test), pText(test.adjustedPValue)]);
  const table = [["kind", "what", names.a, names.b, "difference (95 % interval)", "p"], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table.map((row, at) => {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    return tests[at - 1]?.isShift ? colors.red(line.trimEnd()) : line.trimEnd();
  });
}

/** What was measured, its value in each run, and the difference. */
function cellsOf(test: ShiftTest): readonly [string, string, string, string] {
  if (test.measure === "confidence") {
    const { median, effect } = test;
    const delta = ({ value, low, high }: typeof effect) =>
      `δ ${signed(value, 2)} (${signed(low, 2)} to ${signed(high, 2)})`;
    return ["confidence, median", median.a.toFixed(3), median.b.toFixed(3), delta(effect)];
  }
  const { a, b, difference } = test.shares;
  const inPercent = ({ share = 0 }: typeof a) => `${percent(share)} %`;
  const { value, low, high } = difference ?? { value: 0, low: 0, high: 0 };
  return [
    test.measure === "label" ? test.label : "drifted",
    inPercent(a),
    inPercent(b),
    `${points(value)} points (${points(low)} to ${points(high)})`,
  ];
}

function points(share: number): string {
  return signed(100 * share, 1);
}

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  return `${Number(text) === 0 ? "" : value < 0 ? "-" : "+"}${text}`;
}

function pText(p: number): string {
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}
