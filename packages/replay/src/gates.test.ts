import { expect, test } from "vitest";
import { gateResults } from "./gates.js";
import { shareOf } from "./share.js";

test.each([
  { maxDriftRate: 0.05, drifted: 5, of: 100, passed: true },
  { maxDriftRate: 0.05, drifted: 6, of: 100, passed: false },
  { maxDriftRate: 0, drifted: 0, of: 1, passed: true },
  { maxDriftRate: 1, drifted: 0, of: 0, passed: false }, // nothing judged is not a pass
])(
  "$drifted drifted of $of judged steps passes a limit of $maxDriftRate: $passed",
  ({ drifted, of, maxDriftRate, passed }) => {
    const sessions = { total: 1, alarmed: 0, alarmedIds: [] };
    const results = gateResults({ driftedSteps: shareOf(drifted, of), sessions }, { maxDriftRate });
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
    const results = gateResults({ driftedSteps: shareOf(0, 9), sessions }, { maxSessionAlarms });
    expect(results).toEqual([
      { gate: "max-session-alarms", limit: maxSessionAlarms, value: alarmed, passed },
    ]);
  },
);

test("without a gate there is no result", () => {
  const sessions = { total: 0, alarmed: 0, alarmedIds: [] };
  expect(gateResults({ driftedSteps: shareOf(0, 0), sessions }, {})).toEqual([]);
});
