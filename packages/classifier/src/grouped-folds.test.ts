import { expect, test } from "vitest";
import { groupedFolds, shuffled } from "./grouped-folds.js";

const pairs = Array.from({ length: 40 }, (_, at) => `scenario-${at >> 1}`);
const alternating = pairs.map((_, at) => at % 2 === 0);

test("texts of one group lie in one fold, and every fold has the same share of both classes", () => {
  const folds = groupedFolds(pairs, alternating, 10, 1);
  for (const [at, fold] of folds.entries()) expect(fold).toBe(folds[at ^ 1]);
  for (let fold = 0; fold < 10; fold++) {
    const members = alternating.filter((_, at) => folds[at] === fold);
    expect([members.length, members.filter(Boolean).length]).toEqual([4, 2]);
  }
});

test("a class that is rare is spread over all folds", () => {
  const isPositive = Array.from({ length: 100 }, (_, at) => at < 10);
  const folds = groupedFolds(
    isPositive.map((_, at) => `${at}`),
    isPositive,
    10,
    3,
  );
  expect(folds.slice(0, 10).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("the seed alone decides", () => {
  expect(groupedFolds(pairs, alternating, 5, 7)).toEqual(groupedFolds(pairs, alternating, 5, 7));
  expect(groupedFolds(pairs, alternating, 5, 7)).not.toEqual(groupedFolds(pairs, alternating, 5, 8));
  expect(shuffled([1, 2, 3, 4, 5, 6, 7, 8], 1).toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});
