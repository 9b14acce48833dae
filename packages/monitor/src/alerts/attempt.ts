import { messageOf } from "@persona-guard/core";
import type { Notice } from "./alert.js";
import type { AlertTarget, Delivery } from "./alert-target.js";

/** One attempt that ends: what is thrown, and a target that never answers, has failed. */
export async function attempt(
  target: AlertTarget,
  notice: Notice,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Delivery> {
  const timeout = new AbortController();
  // Not AbortSignal.timeout: that lets a process end while it waits for a target.
  const timer = setTimeout(() => timeout.abort(), timeoutMs);
  const ends = signal === undefined ? timeout.signal : AbortSignal.any([timeout.signal, signal]);
  const late = new Promise<Delivery>((resolve) => {
    const fail = () => {
      const fault = timeout.signal.aborted ? `no answer within ${timeoutMs} ms` : "interrupted";
      resolve({ outcome: "failed", fault: `${target.name}: ${fault}` });
    };
    if (ends.aborted) fail();
    else ends.addEventListener("abort", fail, { once: true });
  });
  const delivering = async (): Promise<Delivery> => {
    try {
      return await target.deliver(notice, ends);
    } catch (error) {
      return { outcome: "failed", fault: `${target.name}: ${messageOf(error)}` };
    }
  };
  try {
    return await Promise.race([late, delivering()]);
  } finally {
    clearTimeout(timer);
  }
}
