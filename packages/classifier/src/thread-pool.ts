import { ModelThread } from "./model-thread.js";
import type { LoadedModel, ThreadStart } from "./thread-messages.js";

/** What a classifier asks of its model, whether one thread answers or several do. */
export type ModelThreads = Pick<ModelThread, "start" | "loaded" | "ask" | "close">;

/**
 * Threads that share a model's work.
 *
 * Several threads of one core each score more texts a second than one thread of several cores, and each text the same to the last
 * bit: a pass is not cut differently by how many cores it has. For one text at a time, one thread of two cores is faster.
 *
 * @param count >= 1
 */
export function modelThreads(start: ThreadStart, count: number): ModelThreads {
  if (count === 1) return new ModelThread(start);
  return new ThreadPool(Array.from({ length: count }, () => new ModelThread({ ...start, cores: 1 })));
}

interface PoolThread {
  readonly thread: ModelThread;
  /** Characters of the texts that it owes an answer: what a pass takes grows with them. */
  characters: number;
  state: "not started" | "starting" | "ready";
}

/** The first thread answers alone until there is more to do than it does at once: a short run loads the model but once. */
class ThreadPool implements ModelThreads {
  readonly start: ThreadStart;
  readonly #first: PoolThread;
  readonly #threads: readonly PoolThread[];

  constructor(threads: readonly ModelThread[]) {
    this.#threads = threads.map((thread) => ({ thread, characters: 0, state: "not started" }));
    const [first] = this.#threads;
    if (first === undefined) throw new RangeError("A pool needs a thread.");
    this.#first = first;
    first.state = "ready";
    this.start = first.thread.start;
  }

  loaded(): Promise<LoadedModel> {
    return this.#first.thread.loaded();
  }

  /** Each text goes to the thread with the least to do, the longest first: all are done at about the same time. */
  async ask(texts: readonly string[], timeoutMs: number): Promise<readonly Float32Array[]> {
    const ready = this.#threads.filter(({ state }) => state === "ready");
    if (texts.length > 1 || ready.every((one) => one.characters > 0)) this.#startAnother();
    const parts = new Map<PoolThread, { readonly at: number; readonly text: string }[]>();
    const costOf = (text: string) => 1 + text.length;
    for (const [at, text] of [...texts.entries()].sort(([, a], [, b]) => b.length - a.length)) {
      const chosen = ready.reduce(
        (best, one) => (one.characters < best.characters ? one : best),
        this.#first,
      );
      chosen.characters += costOf(text);
      parts.set(chosen, [...(parts.get(chosen) ?? []), { at, text }]);
    }
    const rows: Float32Array[] = [];
    await Promise.all(
      [...parts].map(async ([one, part]) => {
        try {
          const found = await one.thread.ask(
            part.map(({ text }) => text),
            timeoutMs,
          );
          for (const [place, { at }] of part.entries()) {
            const row = found[place];
            if (row !== undefined) rows[at] = row;
          }
        } finally {
          for (const { text } of part) one.characters -= costOf(text);
        }
      }),
    );
    return rows;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ thread }) => thread.close()));
  }

  #startAnother(): void {
    const next = this.#threads.find(({ state }) => state === "not started");
    if (next === undefined) return;
    next.state = "starting";
    // One that does not load is done without: what is wrong shows at the first thread.
    next.thread.loaded().then(
      () => {
        next.state = "ready";
      },
      () => undefined,
    );
  }
}
