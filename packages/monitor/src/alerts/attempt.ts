import { messageOf } from "@persona-guard/core";
import type { Notice } from "./alert.js";
import type { AlertTarget, Delivery } from "./alert-target.js";

/** One attempt that ends: what is thrown, and a target that never answers, has failed. */
export async function attempt(
  target: AlertTarget,
  notice: Notice,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Delivery> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const ends = signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
  const late = new Promise<Delivery>((resolve) => {
    const fail = () => {
      const fault = timeout.aborted ? `no answer within ${timeoutMs} ms` : "interrupted";
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
  return await Promise.race([late, delivering()]);
}
