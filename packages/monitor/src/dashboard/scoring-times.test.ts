import { expect, test } from "vitest";
import { timeQuantiles } from "./scoring-times.js";

const bin = (milliseconds: number) => Math.floor(Math.log2(milliseconds) * 16);

test.each([
  { times: [8], p50: 8, p95: 8 },
  { times: [1, 2, 3], p50: 2, p95: 3 },
  {
    times: [...Array.from({ length: 94 }, () => 0.5), ...Array.from({ length: 6 }, () => 40)],
    p50: 0.5,
    p95: 40,
  },
  { times: Array.from({ length: 1000 }, (_, index) => index + 1), p50: 500, p95: 950 },
])("half of the steps within $p50 ms and 95 % within $p95 ms are found to 4 %", ({ times, p50, p95 }) => {
  const found = timeQuantiles(times.map((time) => ({ bin: bin(time), count: 1 })));
  expect(Math.abs((found.p50 ?? 0) / p50 - 1)).toBeLessThan(0.045);
  expect(Math.abs((found.p95 ?? 0) / p95 - 1)).toBeLessThan(0.045);
});

test("no steps have no times", () => {
  expect(timeQuantiles([])).toEqual({ p50: null, p95: null });
});
