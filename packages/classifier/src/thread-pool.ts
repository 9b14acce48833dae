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
  /** Texts that it owes an answer. */
  texts: number;
  state: "not started" | "starting" | "ready";
}

/** The first thread answers alone until there is more to do than it does at once: a short run loads the model but once. */
class ThreadPool implements ModelThreads {
  readonly start: ThreadStart;
  readonly #first: PoolThread;
  readonly #threads: readonly PoolThread[];

  constructor(threads: readonly ModelThread[]) {
    this.#threads = threads.map((thread) => ({ thread, texts: 0, state: "not started" }));
    const [first] = this.#threads;
    if (first === undefined) throw new RangeError("A pool needs a thread.");
    this.#first = first;
    first.state = "ready";
    this.start = first.thread.start;
  }

  loaded(): Promise<LoadedModel> {
    return this.#first.thread.loaded();
  }

  /** The texts in equal parts, each to the thread with the least to do. */
  async ask(texts: readonly string[], timeoutMs: number): Promise<readonly Float32Array[]> {
    const ready = this.#threads.filter(({ state }) => state === "ready");
    if (texts.length > 1 || ready.every((one) => one.texts > 0)) this.#startAnother();
    const size = Math.ceil(texts.length / ready.length);
    const parts: Promise<readonly Float32Array[]>[] = [];
    for (let from = 0; from < texts.length; from += size) {
      const chosen = ready.reduce((best, one) => (one.texts < best.texts ? one : best), this.#first);
      parts.push(askOf(chosen, texts.slice(from, from + size), timeoutMs));
    }
    return (await Promise.all(parts)).flat();
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

async function askOf(
  chosen: PoolThread,
  texts: readonly string[],
  timeoutMs: number,
): Promise<readonly Float32Array[]> {
  chosen.texts += texts.length;
  try {
    return await chosen.thread.ask(texts, timeoutMs);
  } finally {
    chosen.texts -= texts.length;
  }
}
