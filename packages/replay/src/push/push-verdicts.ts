import { PersonaGuardError } from "@persona-guard/core";
import type { VerdictRow } from "../verdict-row.js";
import { langfuse } from "./langfuse.js";
import { langSmith } from "./langsmith.js";
import { otlp } from "./otlp.js";
import type { PushRequest, PushTarget } from "./push-target.js";
import { type SendOptions, send, waited } from "./send.js";

/** The tools that verdicts can be sent to, by the name that a user gives. */
export const pushTargets = { langsmith: langSmith, langfuse, otlp } as const;

export interface PushOptions extends SendOptions {
  /** Requests in a second at the most. @default 10 */
  readonly perSecond?: number;
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
  { perSecond = 10, ...options }: PushOptions = {},
): Promise<Pushed> {
  let [sent, left] = [0, 0];
  let next = performance.now();
  for await (const { request, verdicts } of pushRequests(rows, target)) {
    if (request === undefined) {
      left += verdicts;
      continue;
    }
    await waited(next - performance.now(), options.signal);
    next = Math.max(next, performance.now()) + 1000 / perSecond;
    const answer = await send(request, options);
    if ("fault" in answer) throw failure(target, answer.fault, sent, answer.cause);
    const refused = target.refusedIn?.(answer.content) ?? 0;
    sent += verdicts - refused;
    if (refused > 0) throw failure(target, `it refused ${refused} of ${verdicts} verdicts`, sent);
  }
  return { sent, left };
}

function failure({ title }: PushTarget, fault: string, sent: number, cause?: unknown): PersonaGuardError {
  return new PersonaGuardError(
    "push-failed",
    `Verdicts could not be sent to ${title}: ${fault}. ${sent} were sent; those keep their ids, so the command can be run again.`,
    { cause },
  );
}
