import { expect, test } from "vitest";
import { accuracy, auc, bootstrapInterval, macroF1, mean, recallAt } from "./metrics.js";

test.each([
  { positives: [3, 2], negatives: [1, 0], area: 1 },
  { positives: [1, 0], negatives: [1, 0], area: 0.5 },
  { positives: [2, 0], negatives: [1], area: 0.5 },
])("$positives above $negatives has an area of $area", ({ positives, negatives, area }) => {
  expect(auc(positives, negatives)).toBe(area);
});

test("macro-F1 averages over the labels that occur", () => {
  // a: precision 1, recall 1/2, F1 2/3; b: precision 1/2, recall 1, F1 2/3
  expect(macroF1(["a", "a", "b"], ["a", "b", "b"])).toBeCloseTo(2 / 3, 12);
  expect(accuracy(["a", "a", "b"], ["a", "b", "b"])).toBeCloseTo(2 / 3, 12);
});

test("recall at a rate of false alarms counts the positives above that share of negatives", () => {
  const negatives = Array.from({ length: 100 }, (_, i) => i);
  expect(recallAt(0.01, [99.5, 98.5, 50], negatives)).toBeCloseTo(2 / 3, 12);
});

test("an interval holds its statistic and repeats", () => {
  const rows = Array.from({ length: 50 }, (_, i) => i % 2);
  const [low, high] = bootstrapInterval(rows, mean);
  expect(low).toBeLessThan(0.5);
  expect(high).toBeGreaterThan(0.5);
  expect(bootstrapInterval(rows, mean)).toEqual([low, high]);
});
