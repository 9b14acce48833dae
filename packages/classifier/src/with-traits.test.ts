import { expect, test } from "vitest";
import { joined } from "./with-traits.js";

const row = { neutral: 0.75, humor: 0.25 };
const logitOf = (q: number) => Math.log(q / (1 - q));

test.each([
  { traits: [["a", 0.5]] as const, scores: { neutral: 0.375, humor: 0.125, a: 0.5 } },
  { traits: [["a", 0.2]] as const, scores: { neutral: 0.6, humor: 0.2, a: 0.2 } },
  // Odds of 1 : 1 : 2, so that the shipped labels keep a quarter.
  {
    traits: [
      ["a", 0.5],
      ["b", 2 / 3],
    ] as const,
    scores: { neutral: 0.1875, humor: 0.0625, a: 0.25, b: 0.5 },
  },
])("traits of probability $traits make the row $scores", ({ traits, scores }) => {
  const found = joined(
    row,
    traits.map(([name, q]) => [name, logitOf(q)] as const),
  );
  for (const [label, p] of Object.entries(scores)) expect(found[label]).toBeCloseTo(p, 12);
  expect(Object.keys(found)).toEqual(Object.keys(scores));
});

test.each([-10_000, 10_000])("a logit of %d gives a row that sums to 1", (logit) => {
  const found = joined(row, [["a", logit]]);
  expect(Object.values(found).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
});
