import { expect, test } from "vitest";
import { permutationPValue } from "./permutation-test.js";
import type { Sum, Unit } from "./unit.js";

const nothing = { texts: 0, total: 0 };
const manyDraws = { seed: 3, rearrangements: 9_999 };

/** Sessions of one run each, with one text. */
function singles(a: readonly number[], b: readonly number[]): readonly Unit[] {
  return [
    ...a.map((total) => ({ a: { texts: 1, total }, b: nothing, isPair: false })),
    ...b.map((total) => ({ a: nothing, b: { texts: 1, total }, isPair: false })),
  ];
}

// All rearrangements, counted in Python; early stopping leaves 20 exceedances and a standard error of 22 %, the mean of 50 seeds 3 %.
test("sessions of one run are shuffled: the p-value of scipy.stats.permutation_test over all 1,716 ways", () => {
  const units = singles([0.91, 0.85, 0.97, 0.62, 0.88, 0.93, 0.79], [0.55, 0.88, 0.41, 0.73, 0.67, 0.91]);
  expect(Math.abs(meanPValue(units) / 0.10780885780885781 - 1)).toBeLessThan(0.12);
});

test("sessions of both runs are exchanged: the p-value over all 256 ways", () => {
  const a = pairsOf("4/1 5/0 3/1 6/2 4/0 5/1 2/0 4/1");
  const b = pairsOf("5/3 4/1 3/1 6/5 5/2 4/0 3/2 4/2");
  const units = a.map((ofA, at) => ({ a: ofA, b: b[at] ?? nothing, isPair: true }));
  expect(Math.abs(meanPValue(units) / (8 / 256) - 1)).toBeLessThan(0.12);
});

test("runs that hold the same have a p-value of 1, and a run without texts tells nothing", () => {
  expect(permutationPValue(singles([1, 0, 1, 0], [0, 1, 0, 1]), manyDraws)).toBe(1);
  expect(permutationPValue(singles([1, 1, 1], []), manyDraws)).toBe(1);
});

test("runs that have nothing in common reach the smallest p-value that the rearrangements allow", () => {
  const zeros = Array.from({ length: 40 }, () => 0);
  const ones = Array.from({ length: 40 }, () => 1);
  expect(permutationPValue(singles(zeros, ones), { seed: 1, rearrangements: 999 })).toBe(1 / 1000);
});

/** "5/3" for five texts with a total of three. */
function pairsOf(line: string): readonly Sum[] {
  return line.split(" ").map((one) => {
    const [texts = 0, total = 0] = one.split("/").map(Number);
    return { texts, total };
  });
}

function meanPValue(units: readonly Unit[]): number {
  const seeds = Array.from({ length: 50 }, (_, seed) => seed);
  return (
    seeds.reduce((sum, seed) => sum + permutationPValue(units, { ...manyDraws, seed }), 0) / seeds.length
  );
}
