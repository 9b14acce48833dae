import { setTimeout as wait } from "node:timers/promises";
import { masked, messageOf, PersonaGuardError } from "@persona-guard/core";
import type { VerdictRow } from "../verdict-row.js";
import { langfuse } from "./langfuse.js";
import { langSmith } from "./langsmith.js";
import { otlp } from "./otlp.js";
import type { PushRequest, PushTarget } from "./push-target.js";

/** The tools that verdicts can be sent to, by the name that a user gives. */
export const pushTargets = { langsmith: langSmith, langfuse, otlp } as const;

/** Longest wait for an answer, and between two tries, in milliseconds. */
const longestWaitMs = 60_000;

export interface PushOptions {
  readonly signal?: AbortSignal;
  /** Requests in a second at the most. @default 10 */
  readonly perSecond?: number;
  /** Tries of one request, >= 1. @default 6 */
  readonly tries?: number;
  /** Wait after the first failure, doubled after each further one, unless the answer says Retry-After. @default 500 */
  readonly firstWaitMs?: number;
}

export interface Pushed {
  readonly sent: number;
  /** Verdicts that the tool has no place for: without its ids, or without a score. */
  readonly left: number;
}

/** The requests that the verdicts make, in order; steps that say nothing have no verdict to send. */
export async function* pushRequests(
  rows: AsyncIterable<VerdictRow>,
  target: PushTarget,
): AsyncGenerator<{ readonly request?: PushRequest; readonly verdicts: number }> {
  let batch: VerdictRow[] = [];
  let left = 0;
  for await (const row of rows) {
    if (row.outcome === "silent") continue;
    if (!target.accepts(row)) {
      left += 1;
      continue;
    }
    batch.push(row);
    if (batch.length < target.batchSize) continue;
    yield { request: target.requestOf(batch), verdicts: batch.length };
    batch = [];
  }
  if (batch.length > 0) yield { request: target.requestOf(batch), verdicts: batch.length };
  if (left > 0) yield { verdicts: left };
}

/**
 * Sends verdicts to the tool that their traces came from. What failed for a moment is tried again (429, 5xx, no answer).
 *
 * @throws PersonaGuardError "push-failed" saying how many were sent before
 */
export async function pushVerdicts(
  rows: AsyncIterable<VerdictRow>,
  target: PushTarget,
  { signal, perSecond = 10, tries = 6, firstWaitMs = 500 }: PushOptions = {},
): Promise<Pushed> {
  let [sent, left] = [0, 0];
  let next = performance.now();
  for await (const { request, verdicts } of pushRequests(rows, target)) {
    if (request === undefined) {
      left += verdicts;
      continue;
    }
    await waited(next - performance.now(), signal);
    next = Math.max(next, performance.now()) + 1000 / perSecond;
    const answer = await answered(request, target, { signal, tries, firstWaitMs, sent });
    const refused = target.refusedIn?.(answer) ?? 0;
    sent += verdicts - refused;
    if (refused > 0) throw failure(target, `it refused ${refused} of ${verdicts} verdicts`, sent);
  }
  return { sent, left };
}

interface Attempts extends Required<Pick<PushOptions, "tries" | "firstWaitMs">> {
  readonly signal: AbortSignal | undefined;
  readonly sent: number;
}

/** The parsed answer to a request, undefined if it is no JSON. */
async function answered(
  request: PushRequest,
  target: PushTarget,
  { signal, tries, firstWaitMs, sent }: Attempts,
): Promise<unknown> {
  for (let tried = 1; ; tried++) {
    const outcome = await attempt(request, signal);
    if ("answer" in outcome) return outcome.answer;
    if (!outcome.isPassing || tried === tries || signal?.aborted) {
      const often = tried === 1 ? "" : ` after ${tried} tries`;
      throw failure(target, `${outcome.fault}${often}`, sent, outcome.cause);
    }
    await waited(Math.min(longestWaitMs, outcome.retryAfterMs ?? firstWaitMs * 2 ** (tried - 1)), signal);
  }
}

type Attempt =
  | { readonly answer: unknown }
  | {
      readonly fault: string;
      /** Whether another try may do better. */
      readonly isPassing: boolean;
      readonly retryAfterMs?: number | undefined;
      readonly cause?: unknown;
    };

async function attempt(
  { url, headers, body }: PushRequest,
  signal: AbortSignal | undefined,
): Promise<Attempt> {
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
    if (response.ok || response.status === 409) return { answer: jsonIn(text) };
    return {
      fault: `${url} answered ${response.status} ${masked(text).replace(/\s+/g, " ").slice(0, 200)}`.trim(),
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

/** An aborted wait ends at once: the next request then fails by its signal. */
async function waited(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  if (milliseconds <= 0) return;
  await wait(milliseconds, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

function failure({ title }: PushTarget, fault: string, sent: number, cause?: unknown): PersonaGuardError {
  return new PersonaGuardError(
    "push-failed",
    `Verdicts could not be sent to ${title}: ${fault}. ${sent} were sent; those keep their ids, so the command can be run again.`,
    { cause },
  );
}
