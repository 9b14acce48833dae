import { expect, test } from "vitest";
import { shareOf } from "./share.js";

// Intervals of Wilson (1927), z = 1.959964, computed apart from this code in Python.
test.each([
  { count: 0, of: 10, low: 0, high: 0.2775328 },
  { count: 1, of: 10, low: 0.01787621, high: 0.40415 },
  { count: 5, of: 10, low: 0.2365931, high: 0.7634069 },
  { count: 10, of: 10, low: 0.7224672, high: 1 },
])("$count of $of has a Wilson interval from $low to $high", ({ count, of, low, high }) => {
  const found = shareOf(count, of);
  expect(found.share).toBe(count / of);
  expect(found.low).toBeCloseTo(low, 6);
  expect(found.high).toBeCloseTo(high, 6);
});

test("nothing counted has no share", () => {
  expect(shareOf(0, 0)).toEqual({ count: 0, of: 0 });
});
