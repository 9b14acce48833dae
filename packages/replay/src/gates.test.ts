import { expect, test } from "vitest";
import { gateResults } from "./gates.js";
import { shareOf } from "./share.js";

const nothing = {
  driftedSteps: shareOf(0, 0),
  effectiveSteps: 0,
  coverage: shareOf(0, 0),
  sessions: { total: 0, alarmed: 0, alarmedIds: [] },
};

function measured(drifted: number, of: number, effectiveSteps = of) {
  return { ...nothing, driftedSteps: shareOf(drifted, of), effectiveSteps };
}

test.each([
  { maxDriftRate: 0.05, drifted: 5, of: 100, passed: true },
  { maxDriftRate: 0.05, drifted: 6, of: 100, passed: false },
  { maxDriftRate: 0, drifted: 0, of: 1, passed: true },
  { maxDriftRate: 1, drifted: 0, of: 0, passed: false }, // nothing judged is not a pass
])(
  "$drifted drifted of $of judged steps passes a limit of $maxDriftRate: $passed",
  ({ drifted, of, maxDriftRate, passed }) => {
    const results = gateResults(measured(drifted, of), { maxDriftRate });
    expect(results).toMatchObject([{ gate: "max-drift-rate", limit: maxDriftRate, passed }]);
  },
);

test.each([
  { maxSessionAlarms: 0, alarmed: 0, passed: true },
  { maxSessionAlarms: 0, alarmed: 1, passed: false },
  { maxSessionAlarms: 2, alarmed: 2, passed: true },
])(
  "$alarmed alarmed sessions pass a limit of $maxSessionAlarms: $passed",
  ({ alarmed, maxSessionAlarms, passed }) => {
    const sessions = { total: 9, alarmed, alarmedIds: [] };
    const results = gateResults({ ...measured(0, 9), sessions }, { maxSessionAlarms });
    const finding = `${alarmed} of 9 sessions raised an alarm`;
    expect(results).toEqual([
      { gate: "max-session-alarms", limit: maxSessionAlarms, value: alarmed, passed, finding },
    ]);
  },
);

test.each([
  { minCoverage: 0.8, judged: 8, of: 10, passed: true },
  { minCoverage: 0.8, judged: 7, of: 10, passed: false },
  { minCoverage: 0, judged: 0, of: 0, passed: false }, // nothing said, nothing shown
])(
  "$judged judged of $of steps that say something passes a coverage of $minCoverage: $passed",
  ({ minCoverage, judged, of, passed }) => {
    const results = gateResults({ ...nothing, coverage: shareOf(judged, of) }, { minCoverage });
    expect(results).toMatchObject([{ gate: "min-coverage", limit: minCoverage, passed }]);
  },
);

test.each([
  { before: 2, after: 2, of: 100, effective: 100, passed: true },
  { before: 2, after: 5, of: 100, effective: 100, passed: true }, // as may come by chance
  { before: 2, after: 10, of: 100, effective: 100, passed: false },
  { before: 2, after: 10, of: 100, effective: 10, passed: true }, // all from a few sessions
  { before: 10, after: 0, of: 100, effective: 100, passed: true },
  { before: 0, after: 1, of: 1, effective: 1, passed: false },
])(
  "$after of $of drifted, worth $effective, against $before before: passes $passed",
  ({ before, after, of, effective, passed }) => {
    const judgedBy = {
      persona: { name: "clerk", version: "1" },
      classifier: "c",
      criterion: { threshold: 0.5 },
    };
    const baseline = { folder: "last", judgedBy, drift: { share: before / 100, effective: 100 } };
    const [result] = gateResults(measured(after, of, effective), { baseline });
    expect(result).toMatchObject({ gate: "baseline", limit: before / 100, passed });
    expect(result?.finding).toContain(
      passed ? "in last: no more than chance" : "in last: higher than in last by",
    );
  },
);

test("without a gate there is no result", () => {
  expect(gateResults(nothing, {})).toEqual([]);
});
