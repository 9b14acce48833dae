import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { News, Reading, StepRow } from "./api.js";
import type { GrowingFiles } from "./growing-files.js";
import type { History } from "./history.js";

/** How long to wait before looking at the files again, in milliseconds. */
const lookEveryMs = 200;
/** Steps kept for the feed: as many as a page shows. */
const mostKept = 200;

/** Reads a log into a history as it grows, and tells who listens. */
export class LiveLog {
  /** Of this run: a position from another one means nothing. */
  readonly #run = Date.now().toString(36);
  readonly #history: History;
  readonly #files: GrowingFiles;
  readonly #changed = new EventEmitter().setMaxListeners(0);
  readonly #unreadable = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #reading: Promise<void>;
  #kept: StepRow[] = [];
  #newest = 0;
  #caughtUp = false;
  #changes = 0;

  constructor(history: History, files: GrowingFiles) {
    this.#history = history;
    this.#files = files;
    this.#reading = this.#readOn();
    this.#reading.catch(() => {}); // It is thrown where it is waited for: by `closed`.
  }

  get reading(): Reading {
    return {
      steps: this.#history.steps,
      bytesRead: this.#files.bytesRead,
      bytesThere: this.#files.bytesThere,
      caughtUp: this.#caughtUp,
      unreadable: [...this.#unreadable].map(([file, lines]) => ({ file, lines })),
    };
  }

  /** The position after all that is known now. */
  get cursor(): string {
    return `${this.#run}-${this.#newest}`;
  }

  /** The newest steps, oldest first. */
  get latest(): readonly StepRow[] {
    return this.#kept;
  }

  /** The newest steps after a position; undefined if that is of another run. */
  since(cursor: string): News | undefined {
    const [run, position] = cursor.split("-");
    const after = Number(position);
    if (run !== this.#run || Number.isNaN(after)) return undefined;
    return { rows: this.#kept.filter(({ seq }) => seq > after), reading: this.reading };
  }

  /** How often there was news so far. */
  get changes(): number {
    return this.#changes;
  }

  /** Fulfilled when there was news after so many changes, or after the time. */
  async changedAfter(changes: number, timeoutMs: number): Promise<void> {
    if (this.#changes > changes) return;
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), this.#stop.signal]);
    await once(this.#changed, "change", { signal }).catch(() => {}); // The time is up.
  }

  get isClosed(): boolean {
    return this.#stop.signal.aborted;
  }

  /** Rejected if the log cannot be read any longer. */
  get closed(): Promise<void> {
    return this.#reading;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#reading;
    await this.#files.close();
  }

  async #readOn(): Promise<void> {
    while (!this.isClosed) {
      for await (const chunk of this.#files.news()) {
        const { rows, added, unreadable } = await this.#history.append(chunk, { newest: mostKept });
        this.#newest += added;
        this.#kept = [...this.#kept, ...rows].slice(-mostKept);
        if (unreadable > 0)
          this.#unreadable.set(chunk.file.path, (this.#unreadable.get(chunk.file.path) ?? 0) + unreadable);
        this.#tell();
        if (this.isClosed) return;
      }
      if (!this.#caughtUp) {
        this.#caughtUp = true;
        this.#tell();
      }
      await sleep(lookEveryMs, undefined, { signal: this.#stop.signal }).catch(() => {}); // Closed meanwhile.
    }
  }

  #tell(): void {
    this.#changes += 1;
    this.#changed.emit("change");
  }
}
