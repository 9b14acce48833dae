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

class ThreadPool implements ModelThreads {
  readonly start: ThreadStart;
  readonly #threads: readonly { readonly thread: ModelThread; texts: number }[];

  constructor(threads: readonly ModelThread[]) {
    const [first] = threads;
    if (first === undefined) throw new RangeError("A pool needs a thread.");
    this.start = first.start;
    this.#threads = threads.map((thread) => ({ thread, texts: 0 }));
  }

  async loaded(): Promise<LoadedModel> {
    const loading = await Promise.allSettled(this.#threads.map(({ thread }) => thread.loaded()));
    const [model] = loading.map((one) => {
      if (one.status === "rejected") throw one.reason;
      return one.value;
    });
    return model ?? { width: 0, labels: [] };
  }

  /** The texts in equal parts, each to the thread with the least to do. */
  async ask(texts: readonly string[], timeoutMs: number): Promise<readonly Float32Array[]> {
    const size = Math.ceil(texts.length / this.#threads.length);
    const parts: Promise<readonly Float32Array[]>[] = [];
    for (let from = 0; from < texts.length; from += size)
      parts.push(this.#askOne(texts.slice(from, from + size), timeoutMs));
    return (await Promise.all(parts)).flat();
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ thread }) => thread.close()));
  }

  async #askOne(texts: readonly string[], timeoutMs: number): Promise<readonly Float32Array[]> {
    const chosen = this.#threads.reduce((best, one) => (one.texts < best.texts ? one : best));
    chosen.texts += texts.length;
    try {
      return await chosen.thread.ask(texts, timeoutMs);
    } finally {
      chosen.texts -= texts.length;
    }
  }
}
