import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { PersonaGuardError } from "@persona-guard/core";
import type { AlertTarget, Delivery } from "./alert-target.js";
import { attempt } from "./attempt.js";
import { type DeadLetter, DeadLetters, outstandingLetters, removeDelivered } from "./dead-letters.js";

export interface RedeliverOptions {
  readonly targets: readonly AlertTarget[];
  readonly signal?: AbortSignal;
  /** Longest wait for an answer. @default 10000 */
  readonly timeoutMs?: number;
  readonly now?: () => number;
}

export type Redelivery =
  | { readonly letter: DeadLetter; readonly delivery: Delivery }
  /** A line that cannot be read, or a letter whose target is not there any more. */
  | { readonly fault: string };

/**
 * Sends the dead letters of a folder, one attempt each; those that fail stay. Two redeliveries do not run at once.
 *
 * @throws PersonaGuardError "input-unreadable" or "output-unwritable"
 */
export async function* redeliver(
  folder: string,
  { targets, signal, timeoutMs = 10_000, now = Date.now }: RedeliverOptions,
): AsyncGenerator<Redelivery> {
  const { letters, faults } = await outstandingLetters(folder);
  for (const fault of faults) yield { fault };
  if (letters.length === 0) return;
  const unlock = await locked(join(folder, "redeliver.lock"));
  const receipts = new DeadLetters(folder, { now });
  let left = faults.length;
  try {
    for (const letter of letters) {
      if (signal?.aborted) return;
      const target = targets.find(({ name }) => name === letter.target);
      if (target === undefined) {
        left += 1;
        yield {
          fault: `There is no target "${letter.target}" any more: its notice ${letter.notice.id} stays.`,
        };
        continue;
      }
      const delivery = await attempt(target, letter.notice, { timeoutMs, ...(signal ? { signal } : {}) });
      if (delivery.outcome === "delivered") receipts.markDelivered(letter);
      else left += 1;
      yield { letter, delivery };
    }
    if (left === 0) await removeDelivered(folder, now());
  } finally {
    receipts.close();
    await unlock();
  }
}

/** Holds a lock file with our process id; one whose process has died is taken over. */
async function locked(file: string): Promise<() => Promise<void>> {
  for (let isSecond = false; ; isSecond = true) {
    try {
      const handle = await open(file, "wx");
      await handle.writeFile(String(process.pid));
      await handle.close();
      return () => rm(file, { force: true });
    } catch (cause) {
      const holder = Number(await readFile(file, "utf8").catch(() => Number.NaN));
      if (isSecond || isRunning(holder)) {
        const message = `Dead letters are being redelivered by process ${holder}. If that is not so, remove ${file}.`;
        throw new PersonaGuardError("output-unwritable", message, { cause });
      }
      await rm(file, { force: true });
    }
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"; // somebody else's, but it runs
  }
}
