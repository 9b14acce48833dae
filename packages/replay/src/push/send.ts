import { setTimeout as wait } from "node:timers/promises";
import { masked, messageOf } from "@persona-guard/core";
import type { PushRequest } from "./push-target.js";

/** Longest wait for an answer, and between two tries, in milliseconds. */
const longestWaitMs = 60_000;
/** Of an answer that refuses, the characters that a message quotes. */
const mostQuoted = 200;

export interface SendOptions {
  readonly signal?: AbortSignal;
  /** Tries of one request, >= 1. @default 6 */
  readonly tries?: number;
  /** Wait after the first failure, doubled after each further one, unless the answer says Retry-After. @default 500 */
  readonly firstWaitMs?: number;
}

export type Answer =
  /** Parsed; undefined where it was no JSON. */
  | { readonly content: unknown }
  /** What went wrong, the last time it was tried. */
  | { readonly fault: string; readonly cause?: unknown };

/** Posts a request in JSON, again after a failure that may pass: 429, 5xx, no answer. */
export async function send(
  request: PushRequest,
  { signal, tries = 6, firstWaitMs = 500 }: SendOptions,
): Promise<Answer> {
  for (let tried = 1; ; tried++) {
    const attempt = await posted(request, signal);
    if ("content" in attempt) return attempt;
    const { fault, isPassing, retryAfterMs, cause } = attempt;
    if (!isPassing || tried === tries || signal?.aborted)
      return { fault: tried === 1 ? fault : `${fault}, after ${tried} tries`, cause };
    await waited(Math.min(longestWaitMs, retryAfterMs ?? firstWaitMs * 2 ** (tried - 1)), signal);
  }
}

/** An aborted wait ends at once: the next request then fails by its signal. */
export async function waited(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (milliseconds <= 0) return;
  await wait(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

interface Failure {
  readonly fault: string;
  /** Whether another try may do better. */
  readonly isPassing: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

async function posted(
  { url, headers, body }: PushRequest,
  signal: AbortSignal | undefined,
): Promise<{ readonly content: unknown } | Failure> {
  const timeout = AbortSignal.timeout(longestWaitMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
      // A redirect would take the key elsewhere.
      redirect: "error",
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const text = await response.text();
    // 409: the verdict is there already, under the same id.
    if (response.ok || response.status === 409) return { content: jsonIn(text) };
    const quoted = masked(text).replace(/\s+/g, " ").slice(0, mostQuoted);
    return {
      fault: `${url} answered ${response.status} ${quoted}`.trim(),
      isPassing: response.status === 429 || response.status >= 500,
      retryAfterMs: retryAfterMs(response.headers.get("retry-after")),
    };
  } catch (cause) {
    const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
    return { fault: `${url} gave no answer: ${messageOf(reason)}`, isPassing: true, cause };
  }
}

/** Retry-After in seconds or as a date. @see RFC 9110, 10.2.3 */
function retryAfterMs(value: string | null): number | undefined {
  if (value === null) return undefined;
  const milliseconds = /^\d+$/.test(value.trim()) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Some answer with an empty body, and none has to answer in JSON.
    return undefined;
  }
}
