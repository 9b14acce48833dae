import { expect, test } from "vitest";
import { calibrationSummary } from "./calibration-summary.js";

const reference = Array.from({ length: 299 }, (_, at) => (at + 1) / 300);
const guard = { reference: (kind: string) => (kind === "email" ? reference : []) };

test.each([
  { criterion: { falseAlarmRate: 0.01 }, driftBelow: 3 / 300 }, // p = (1 + 2) / 300 just below the third
  { criterion: { falseAlarmRate: 0.001 }, driftBelow: undefined }, // the least p is 1 / 300
  { criterion: { threshold: 0.5 }, driftBelow: undefined },
])("with $criterion a text is drift below $driftBelow", ({ criterion, driftBelow }) => {
  const summary = calibrationSummary({ ...guard, criterion });
  expect(Object.keys(summary)).toEqual(["email"]);
  expect(summary.email).toMatchObject({ texts: 299 });
  expect(summary.email?.driftBelow).toBe(driftBelow);
});

test("percentiles go from the least confidence by the median to the greatest", () => {
  const percentiles =
    calibrationSummary({ ...guard, criterion: { threshold: 0.5 } }).email?.percentiles ?? [];
  expect(percentiles).toHaveLength(101);
  expect([percentiles[0], percentiles[50], percentiles[100]]).toEqual([1 / 300, 0.5, 299 / 300]);
});
