import { setTimeout as pause } from "node:timers/promises";
import type { Notice } from "./alert.js";
import type { AlertTarget } from "./alert-target.js";
import { attempt } from "./attempt.js";

/** Notices that wait for a slow target; what comes beyond goes to the dead letters at once. */
const mostWaiting = 500;
const longestPauseMs = 60_000;

export interface RetryOptions {
  /** For one notice, the first included. @default 6 */
  readonly attempts?: number;
  /** Before the second attempt; doubled before each further one, up to a minute, and shortened by chance. @default 1000 */
  readonly firstPauseMs?: number;
  /** Longest wait for an answer. @default 10000 */
  readonly timeoutMs?: number;
}

interface Attempted {
  readonly fault: string;
  readonly attempts: number;
}

export interface OutboxOptions extends RetryOptions {
  /** Takes what waits for a target that fails, so that a killed process does not lose it. */
  readonly onKept: (notice: Notice, last: Attempted) => void;
  /** A notice that was kept is delivered. */
  readonly onDelivered: (notice: Notice) => void;
  /** Takes what is given up. */
  readonly onUndelivered: (notice: Notice, last: Attempted) => void;
}

/** What is to be sent to one target, one notice after another, so that a slow or dead target holds up nothing but itself. */
export class Outbox {
  readonly #options: Required<OutboxOptions>;
  readonly #interrupt = new AbortController();
  readonly #waiting: Notice[] = [];
  readonly #kept = new Set<string>();
  /** Of the last attempt; undefined while the target takes what it is sent. */
  #fault: string | undefined;
  #sending: Promise<void> | undefined;

  constructor(
    readonly target: AlertTarget,
    options: OutboxOptions,
  ) {
    this.#options = { attempts: 6, firstPauseMs: 1_000, timeoutMs: 10_000, ...options };
  }

  push(notice: Notice): void {
    if (this.#waiting.length >= mostWaiting) {
      const fault = `${this.target.name}: ${mostWaiting} notices already wait for it`;
      this.#options.onUndelivered(notice, { fault, attempts: 0 });
      return;
    }
    this.#waiting.push(notice);
    this.#keepWaiting();
    this.#sending ??= this.#sendAll();
  }

  /** @param graceMs after which attempts are given up; what is not delivered then counts as undelivered */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#interrupt.abort(), graceMs);
    await this.#sending;
    clearTimeout(timer);
  }

  async #sendAll(): Promise<void> {
    for (let notice = this.#waiting[0]; notice !== undefined; notice = this.#waiting[0]) {
      await this.#send(notice);
      this.#waiting.shift();
      this.#kept.delete(notice.id);
    }
    this.#sending = undefined;
  }

  async #send(notice: Notice): Promise<void> {
    const { attempts, firstPauseMs, timeoutMs, onDelivered, onUndelivered } = this.#options;
    const { signal } = this.#interrupt;
    for (let made = 1; ; made += 1) {
      const delivery = await attempt(this.target, notice, { timeoutMs, signal });
      if (delivery.outcome === "delivered") {
        this.#fault = undefined;
        if (this.#kept.has(notice.id)) onDelivered(notice);
        return;
      }
      if (delivery.outcome === "refused" || made >= attempts || signal.aborted) {
        onUndelivered(notice, { fault: delivery.fault, attempts: made });
        return;
      }
      this.#fault = delivery.fault;
      this.#keepWaiting();
      const doubled = Math.min(longestPauseMs, firstPauseMs * 2 ** (made - 1));
      const pauseMs = delivery.retryAfterMs ?? doubled * (0.5 + Math.random() / 2);
      await pause(pauseMs, undefined, { signal }).catch(() => undefined); // ends early when interrupted
    }
  }

  #keepWaiting(): void {
    if (this.#fault === undefined) return;
    for (const notice of this.#waiting.filter(({ id }) => !this.#kept.has(id))) {
      this.#kept.add(notice.id);
      this.#options.onKept(notice, { fault: this.#fault, attempts: 0 });
    }
  }
}
