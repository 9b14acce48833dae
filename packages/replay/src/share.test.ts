import { expect, test } from "vitest";
import { clusteredShareOf, leastRise, shareOf } from "./share.js";

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

test("texts that go together widen the interval: ten sessions that drift whole count as ten observations", () => {
  const groups = Array.from({ length: 10 }, (_, at) => ({ count: at < 3 ? 20 : 0, of: 20 }));
  const { share, low, high } = clusteredShareOf(groups);
  expect(share).toBe(0.3);
  // The design effect is 20 * 10 / 9: Wilson's interval of 3 in 10 at 9 observations instead of 200.
  const nine = shareOf(60, 200, 9);
  expect(low).toBeCloseTo(nine.low ?? 0, 12);
  expect(high).toBeCloseTo(nine.high ?? 0, 12);
});

test("sessions that drift alike leave the interval as it is, and never narrow it", () => {
  const groups = Array.from({ length: 10 }, () => ({ count: 2, of: 20 }));
  expect(clusteredShareOf(groups)).toEqual(shareOf(20, 200));
});

// The 95 % intervals of Newcombe's table II, method 10, whose lower ends are here.
test.each([
  { after: [56, 70], before: [48, 80], low: 0.0524 },
  { after: [9, 10], before: [3, 10], low: 0.1705 },
  { after: [10, 10], before: [0, 20], low: 0.6791 },
])("$after against $before has risen by $low at the least", ({ after, before, low }) => {
  const of = ([count = 0, size = 0]: readonly number[]) => ({ share: count / size, effective: size });
  expect(leastRise(of(before), of(after), 1.959963984540054)).toBeCloseTo(low, 4);
});
