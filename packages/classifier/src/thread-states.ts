import type { ModelThread } from "./model-thread.js";
import { windowsOf } from "./windows.js";

/** Windows sent to the thread at once: callers take turns after so many, and each such piece has its own time limit. */
const windowsPerAsk = 16;

/**
 * What the model says of each text: one vector a text, the mean over its windows weighted by their length.
 *
 * @param timeoutMs longest wait for each 16 windows, in milliseconds
 */
export async function statesOf(
  texts: readonly string[],
  thread: ModelThread,
  timeoutMs: number,
): Promise<readonly Float64Array[]> {
  const windows = texts.flatMap((text, of) => windowsOf(text).map((window) => ({ of, window })));
  const rows: Float32Array[] = [];
  for (let from = 0; from < windows.length; from += windowsPerAsk) {
    const piece = windows.slice(from, from + windowsPerAsk).map(({ window }) => window);
    rows.push(...(await thread.ask(piece, timeoutMs)));
  }
  const width = rows[0]?.length ?? 0;
  const states = texts.map(() => new Float64Array(width));
  const lengths = new Float64Array(texts.length);
  for (const { of, window } of windows) lengths[of] = (lengths[of] ?? 0) + lengthOf(window);
  for (const [at, { of, window }] of windows.entries()) {
    const share = lengthOf(window) / (lengths[of] ?? 1);
    const state = states[of];
    rows[at]?.forEach((value, dim) => {
      if (state !== undefined) state[dim] = (state[dim] ?? 0) + share * value;
    });
  }
  return states;
}

/** An empty text has one empty window, and that must count. */
function lengthOf(window: string): number {
  return Math.max(1, window.length);
}
