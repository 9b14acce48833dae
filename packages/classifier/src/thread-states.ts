import type { ScorableText } from "@persona-guard/core";
import type { ModelThreads } from "./thread-pool.js";
import { windowsOf } from "./windows.js";

/** Sent to the thread at once: callers take turns after so many windows, and each such piece has its own time limit. */
const windowsPerAsk = 16;
/** Texts whose states are held at once: a state has 2,688 values, and reading it blocks for 0.1 ms. */
const textsPerRound = 16;

/**
 * What the model says of each text, as `read` understands it, in the same order. The state of a text is the mean over its
 * windows, weighted by their length.
 *
 * @param timeoutMs longest wait for each 16 windows, in milliseconds
 */
export async function eachState<Value>(
  texts: readonly ScorableText[],
  thread: Pick<ModelThreads, "ask">,
  timeoutMs: number,
  read: (state: Float64Array, text: ScorableText) => Value,
): Promise<readonly Value[]> {
  const values: Value[] = [];
  for (let from = 0; from < texts.length; from += textsPerRound) {
    const round = texts
      .slice(from, from + textsPerRound)
      .map((text) => ({ text, windows: windowsOf(text.text) }));
    const rows = await rowsOf(
      round.flatMap(({ windows }) => windows),
      thread,
      timeoutMs,
    );
    for (const { text, windows } of round)
      values.push(read(weightedMean(rows.splice(0, windows.length), windows), text));
  }
  return values;
}

async function rowsOf(
  windows: readonly string[],
  thread: Pick<ModelThreads, "ask">,
  timeoutMs: number,
): Promise<Float32Array[]> {
  const rows: Float32Array[] = [];
  for (let from = 0; from < windows.length; from += windowsPerAsk)
    rows.push(...(await thread.ask(windows.slice(from, from + windowsPerAsk), timeoutMs)));
  return rows;
}

/** The mean of the rows, `[window][value]`. */
function weightedMean(rows: readonly Float32Array[], windows: readonly string[]): Float64Array {
  // An empty text has one empty window, and that must count.
  const weights = windows.map(({ length }) => Math.max(1, length));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const mean = new Float64Array(rows[0]?.length ?? 0);
  for (const [at, row] of rows.entries()) {
    const share = (weights[at] ?? 0) / sum;
    for (let dim = 0; dim < mean.length; dim++) mean[dim] = (mean[dim] ?? 0) + share * (row[dim] ?? 0);
  }
  return mean;
}
