import { expect, test } from "vitest";
import { kernelLogisticRegression, logitOf, logLoss, sigmoid } from "./logistic-regression.js";

const kernelOf = (points: readonly (readonly number[])[]) =>
  points.map((a) =>
    Float64Array.from(points, (b) => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0)),
  );

test("two texts at +1 and -1 get the logits that the derivative says", () => {
  // 2 log(1 + exp(-w)) + ridge / 2 w^2 is least at w = 1 if ridge = 2 sigmoid(-1).
  const kernel = kernelOf([[1], [-1]]);
  const line = kernelLogisticRegression(kernel, [true, false], 2 * sigmoid(-1));
  expect(kernel.map((row) => logitOf(line, row))).toEqual([expect.closeTo(1, 6), expect.closeTo(-1, 6)]);
});

test.each([{ ridge: 10 }, { ridge: 0.1 }, { ridge: 0.001 }])(
  "with a ridge of $ridge the gradient is zero, however many texts each class has",
  ({ ridge }) => {
    const points = Array.from({ length: 30 }, (_, at) => [Math.sin(at), Math.cos(3 * at), (at % 7) / 7]);
    const isPositive = points.map((_, at) => at % 5 === 0);
    const kernel = kernelOf(points);
    const line = kernelLogisticRegression(kernel, isPositive, ridge);
    for (const [at, row] of kernel.entries()) {
      const share = 30 / (2 * (isPositive[at] ? 6 : 24));
      const pull = share * ((isPositive[at] ? 1 : 0) - sigmoid(logitOf(line, row)));
      expect(ridge * (line.coefficients[at] ?? 0)).toBeCloseTo(pull, 3);
    }
    expect(line.coefficients.reduce((sum, one) => sum + one, 0)).toBeCloseTo(0, 6);
  },
);

test("shifting every text changes nothing: the bias takes it up", () => {
  const points = [
    [0, 1],
    [1, 1],
    [2, 0],
    [3, 1],
  ];
  const isPositive = [false, false, true, true];
  const [here, there] = [points, points.map((point) => point.map((value) => value + 5))].map((moved) => {
    const kernel = kernelOf(moved);
    const line = kernelLogisticRegression(kernel, isPositive, 0.5);
    return kernel.map((row) => logitOf(line, row));
  });
  for (const [at, logit] of (here ?? []).entries()) expect(there?.[at]).toBeCloseTo(logit, 4);
});

test("a logit so large that its exponential overflows still has a loss", () => {
  expect(logLoss(1_000, false)).toBe(1_000);
  expect(logLoss(1_000, true)).toBe(0);
});
