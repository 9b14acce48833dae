import { expect, test } from "vitest";
import { cliffsDelta, pooledRanks, type UnitValue } from "./cliffs-delta.js";

const valuesOf = (units: string, values: readonly number[]): readonly UnitValue[] =>
  values.map((value, at) => ({ unit: units[at] ?? "", value }));
const a = valuesOf("ppqqrss", [0.91, 0.85, 0.97, 0.62, 0.88, 0.93, 0.79]);
const b = valuesOf("pqqrtt", [0.55, 0.88, 0.41, 0.73, 0.67, 0.91]);

test("it is 2 U / (m n) - 1 by scipy.stats.mannwhitneyu, ties counted half, with Obuchowski's interval over sessions", () => {
  const { value, low, high } = cliffsDelta(a, b);
  expect(value).toBeCloseTo((2 * 10) / 42 - 1, 12); // U = 10
  expect(low).toBeCloseTo(-0.8791154117280161, 9); // by the formula in numpy
  expect(high).toBeCloseTo(-0.16850363589103157, 9);
});

test("it is the difference between the mean pooled ranks of the runs", () => {
  const rank = pooledRanks(a, b);
  const mean = (texts: readonly UnitValue[]) =>
    texts.reduce((sum, { value }) => sum + rank(value), 0) / texts.length;
  expect(mean(b) - mean(a)).toBeCloseTo(cliffsDelta(a, b).value, 12);
});

test("of equal texts it is 0, of parted ones 1", () => {
  expect(cliffsDelta(valuesOf("pq", [0.5, 0.5]), valuesOf("rs", [0.5, 0.5]))).toEqual({
    value: 0,
    low: 0,
    high: 0,
  });
  expect(cliffsDelta(valuesOf("pq", [0, 0.1]), valuesOf("rs", [0.8, 0.9])).value).toBe(1);
});
