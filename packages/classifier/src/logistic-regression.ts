/** Newton's method takes some 8 steps; this only bounds it. */
const mostSteps = 50;
const tolerance = 1e-8;

/** A fitted line: the logit of a text is `bias` + sum over texts of `coefficients` times the text's kernel with each. */
export interface KernelLine {
  readonly coefficients: Float64Array;
  readonly bias: number;
}

/**
 * Logistic regression with a ridge penalty, written in the texts' inner products: there are far more features than texts.
 *
 * Minimises sum_i c_i log(1 + exp(-y_i f_i)) + ridge / 2 |w|^2 by Newton's method, the bias free. The weights c_i give
 * both classes the same say, so that a probability of 0.5 means "as like the positives as the negatives", however many
 * there were of each.
 *
 * @param kernel `[text][text]` inner products of the features
 * @param isPositive one a text, both classes present
 * @param ridge > 0
 * @param offsets one a text, added to its logit and not fitted; 0 by default
 * @see Hastie, Tibshirani, Friedman, The Elements of Statistical Learning (2009), 4.4.1 and 18.5.2
 */
export function kernelLogisticRegression(
  kernel: readonly Float64Array[],
  isPositive: readonly boolean[],
  ridge: number,
  offsets: readonly number[] = [],
): KernelLine {
  const size = kernel.length;
  const positives = isPositive.filter(Boolean).length;
  const share = isPositive.map((one) => size / (2 * (one ? positives : size - positives)));
  let line: KernelLine = { coefficients: new Float64Array(size), bias: 0 };
  const problem = { kernel, isPositive, share, ridge, offsets };
  let loss = lossOf(line, problem);
  for (let step = 0; step < mostSteps; step++) {
    const newton = newtonStep(line, problem);
    let next = newton;
    let nextLoss = lossOf(next, problem);
    for (let halving = 0; nextLoss > loss && halving < 30; halving++) {
      next = halfway(line, next);
      nextLoss = lossOf(next, problem);
    }
    const gain = loss - nextLoss;
    if (gain > 0) {
      line = next;
      loss = nextLoss;
    }
    if (gain <= tolerance * size) break;
  }
  return line;
}

/** The logit of a text. @param row its kernel with each of the texts that the line was fitted to */
export function logitOf({ coefficients, bias }: KernelLine, row: ArrayLike<number>): number {
  let logit = bias;
  for (const [at, coefficient] of coefficients.entries()) logit += coefficient * (row[at] ?? 0);
  return logit;
}

/** 1 / (1 + exp(-logit)). */
export function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** -log of the probability that a logit gives to what is true. */
export function logLoss(logit: number, isPositive: boolean): number {
  const margin = isPositive ? logit : -logit;
  return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
}

interface Problem {
  readonly kernel: readonly Float64Array[];
  readonly isPositive: readonly boolean[];
  readonly share: readonly number[];
  readonly ridge: number;
  readonly offsets: readonly number[];
}

function lossOf(line: KernelLine, { kernel, isPositive, share, ridge, offsets }: Problem): number {
  let loss = 0;
  for (const [at, row] of kernel.entries()) {
    const logit = logitOf(line, row);
    loss += (share[at] ?? 0) * logLoss(logit + (offsets[at] ?? 0), isPositive[at] ?? false);
    loss += (ridge / 2) * (line.coefficients[at] ?? 0) * (logit - line.bias);
  }
  return loss;
}

/** The minimum of the loss's quadratic approximation: weighted least squares with B = S K S + ridge I, S = sqrt(W). */
function newtonStep(line: KernelLine, { kernel, isPositive, share, ridge, offsets }: Problem): KernelLine {
  const size = kernel.length;
  const root = new Float64Array(size);
  const target = new Float64Array(size);
  for (const [at, row] of kernel.entries()) {
    const logit = logitOf(line, row);
    const probability = sigmoid(logit + (offsets[at] ?? 0));
    const slope = Math.max(1e-10, probability * (1 - probability));
    root[at] = Math.sqrt((share[at] ?? 0) * slope);
    target[at] = (root[at] ?? 0) * (logit + ((isPositive[at] ? 1 : 0) - probability) / slope);
  }
  const factor = kernel.map((row, at) =>
    row
      .slice(0, at + 1)
      .map((value, other) => (root[at] ?? 0) * value * (root[other] ?? 0) + (at === other ? ridge : 0)),
  );
  decompose(factor);
  const ofTarget = solve(factor, target);
  const ofRoot = solve(factor, root);
  const bias = dot(root, ofTarget) / dot(root, ofRoot);
  return {
    coefficients: root.map((value, at) => value * ((ofTarget[at] ?? 0) - bias * (ofRoot[at] ?? 0))),
    bias,
  };
}

function halfway(a: KernelLine, b: KernelLine): KernelLine {
  return {
    coefficients: a.coefficients.map((value, at) => (value + (b.coefficients[at] ?? 0)) / 2),
    bias: (a.bias + b.bias) / 2,
  };
}

/** Cholesky decomposition of a positive definite matrix, in place, given and left as its lower triangle. */
function decompose(lower: readonly Float64Array[]): void {
  for (const [at, row] of lower.entries()) {
    for (let column = 0; column <= at; column++) {
      const other = lower[column] ?? row;
      let sum = row[column] ?? 0;
      for (let k = 0; k < column; k++) sum -= (row[k] ?? 0) * (other[k] ?? 0);
      row[column] = column === at ? Math.sqrt(sum) : sum / (other[column] ?? 1);
    }
  }
}

/** x with L L' x = right. */
function solve(lower: readonly Float64Array[], right: Float64Array): Float64Array {
  const solution = right.slice();
  for (const [at, row] of lower.entries()) {
    let sum = solution[at] ?? 0;
    for (let k = 0; k < at; k++) sum -= (row[k] ?? 0) * (solution[k] ?? 0);
    solution[at] = sum / (row[at] ?? 1);
  }
  for (let at = lower.length - 1; at >= 0; at--) {
    const row = lower[at] ?? right;
    const value = (solution[at] ?? 0) / (row[at] ?? 1);
    solution[at] = value;
    for (let k = 0; k < at; k++) solution[k] = (solution[k] ?? 0) - (row[k] ?? 0) * value;
  }
  return solution;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
