import { expect, test } from "vitest";
import { holm } from "./holm.js";

// The first row is R's p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm"); the others by hand from Holm (1979).
test.each([
  { p: [0.01, 0.02, 0.03, 0.04, 0.05], adjusted: [0.05, 0.08, 0.09, 0.09, 0.09] },
  { p: [0.01, 0.04, 0.03, 0.005], adjusted: [0.03, 0.06, 0.06, 0.02] },
  { p: [0.6, 0.9], adjusted: [1, 1] },
  { p: [0.03], adjusted: [0.03] },
  { p: [], adjusted: [] },
])("$p become $adjusted", ({ p, adjusted }) => {
  expect(holm(p)).toHaveLength(adjusted.length);
  for (const [at, value] of holm(p).entries()) expect(value).toBeCloseTo(adjusted[at] ?? -1, 12);
});
