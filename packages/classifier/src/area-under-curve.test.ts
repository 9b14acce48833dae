import { expect, test } from "vitest";
import { areaInterval, areaUnderCurve, areaVariance } from "./area-under-curve.js";

test.each([
  { positives: [2, 3], negatives: [0, 1], area: 1 },
  { positives: [0, 1], negatives: [2, 3], area: 0 },
  { positives: [1, 3], negatives: [0, 2], area: 0.75 },
  { positives: [1, 1], negatives: [1], area: 0.5 }, // ties
  { positives: [1, 2, 3], negatives: [2], area: 0.5 },
])("positives $positives beside negatives $negatives have an area of $area", (row) => {
  expect(areaUnderCurve(row.positives, row.negatives)).toBe(row.area);
});

test("the standard error is that of Hanley and McNeil's example: 0.893, 51 abnormal, 58 normal", () => {
  expect(Math.sqrt(areaVariance(0.893, 51, 58))).toBeCloseTo(0.032, 3);
});

test.each([
  { area: 0.893, positives: 51, negatives: 58 },
  { area: 0.6, positives: 8, negatives: 30 },
  { area: 1, positives: 20, negatives: 20 },
])("the interval of $area ends where it is 1.96 standard errors away", ({ area, positives, negatives }) => {
  const { low, high } = areaInterval(area, positives, negatives);
  const errorsAway = (end: number) =>
    Math.abs(end - area) / Math.sqrt(areaVariance(end, positives, negatives));
  expect(errorsAway(low)).toBeCloseTo(1.96, 3);
  if (area < 1) expect(errorsAway(high)).toBeCloseTo(1.96, 3);
  else expect(high).toBe(1);
});

test("texts without an error are no proof: the interval of an area of 1 is wide when they are few", () => {
  const lows = [8, 20, 200].map((count) => areaInterval(1, count, count).low);
  expect(lows[0]).toBeLessThan(0.85);
  expect(lows[2]).toBeGreaterThan(0.98);
  expect(lows).toEqual(lows.toSorted((a, b) => a - b));
});
