import type { PersonaGuardError } from "@persona-guard/core";
import { failed, type RunningThread, startThread } from "./running-thread.js";
import type { Answer, LoadedModel, ThreadStart } from "./thread-messages.js";

/** A thread that owes an answer and has said nothing for this long, or for `timeoutMs` if longer, is given up. */
const silenceMs = 5_000;

interface Waiting {
  readonly resolve: (rows: readonly Float32Array[]) => void;
  readonly reject: (error: PersonaGuardError) => void;
}

/**
 * A model in a worker thread: a forward pass blocks the thread that it runs on, which must not be the agent's.
 *
 * The thread starts at the first use, and again at the first use after it crashed. It does not keep the program from
 * ending unless someone waits for it.
 */
export class ModelThread {
  #running: RunningThread | undefined;
  #closed: Promise<void> | undefined;
  #lastId = 0;
  readonly #waiting = new Map<number, Waiting>();
  /** Asks that the thread has not answered yet, also those that nobody waits for any more. */
  readonly #owed = new Set<number>();
  #lastHeard = 0;

  constructor(readonly start: ThreadStart) {}

  /** What was loaded. @throws PersonaGuardError "model-missing", "model-unreadable" or "classifier-failed" */
  async loaded(): Promise<LoadedModel> {
    if (this.#closed !== undefined) throw failed("it was closed; load it again");
    this.#running ??= this.#launch();
    const model = await this.#running.loaded;
    this.#holdProgramOpen();
    return model;
  }

  /**
   * One row of values per text, in the same order.
   *
   * @param timeoutMs longest wait, in milliseconds; it includes the loading if the thread has to start first
   * @throws PersonaGuardError "classifier-failed" after a crash or `timeoutMs`, and what `loaded` throws
   */
  ask(texts: readonly string[], timeoutMs: number): Promise<readonly Float32Array[]> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUp(id, timeoutMs), timeoutMs);
      const settling = <Value>(settle: (value: Value) => void) => {
        return (value: Value) => {
          clearTimeout(timer);
          this.#waiting.delete(id);
          this.#holdProgramOpen();
          settle(value);
        };
      };
      const waiting = { resolve: settling(resolve), reject: settling(reject) };
      this.#waiting.set(id, waiting);
      this.loaded().then(() => this.#post(id, texts), waiting.reject);
      this.#holdProgramOpen();
    });
  }

  /** Ends the thread; who still waits gets "classifier-failed". */
  close(): Promise<void> {
    this.#closed ??= this.#forget(failed("it was closed"));
    return this.#closed;
  }

  #launch(): RunningThread {
    const running = startThread(
      this.start,
      (answer) => this.#settle(answer),
      (error) => {
        if (this.#running === running) void this.#forget(error);
      },
    );
    return running;
  }

  #post(id: number, texts: readonly string[]): void {
    if (!this.#waiting.has(id)) return; // gave up while the model was loading
    if (this.#owed.size === 0) this.#lastHeard = performance.now();
    this.#owed.add(id);
    this.#running?.post({ type: "ask", id, texts });
  }

  #settle(answer: Answer): void {
    if (!this.#owed.delete(answer.id)) return; // from a thread that was given up
    this.#lastHeard = performance.now();
    const waiting = this.#waiting.get(answer.id);
    if (answer.type === "rows") waiting?.resolve(answer.rows);
    else waiting?.reject(failed(answer.message));
  }

  #giveUp(id: number, timeoutMs: number): void {
    const waiting = this.#waiting.get(id);
    if (!this.#owed.has(id)) {
      waiting?.reject(failed(`it was still loading after ${timeoutMs} ms (timeoutMs)`));
      return;
    }
    const silent = performance.now() - this.#lastHeard;
    const error = failed(`no scores after ${timeoutMs} ms (timeoutMs), ${this.#owed.size} calls waiting`);
    waiting?.reject(error);
    if (silent >= Math.max(timeoutMs, silenceMs)) void this.#forget(error);
    else this.#running?.post({ type: "cancel", id });
  }

  /** Stops the thread, if it has not ended by itself; the next use starts a new one. */
  async #forget(error: PersonaGuardError): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#owed.clear();
    for (const { reject } of [...this.#waiting.values()]) reject(error);
    await running?.stop();
  }

  #holdProgramOpen(): void {
    this.#running?.holdProgramOpen(this.#waiting.size > 0);
  }
}
