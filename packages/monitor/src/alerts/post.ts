import { messageOf } from "@persona-guard/core";
import type { Delivery } from "./alert-target.js";

/** Longest wait that a receiver may ask for. */
const longestRetryAfterMs = 10 * 60_000;

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** One POST of JSON. 2xx is delivered; what the sender must mend is refused; a busy, dead or slow receiver has failed. */
export async function post(url: string, { headers, body, signal }: PostOptions): Promise<Delivery> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", "user-agent": "persona-guard", ...headers },
      body,
      signal,
      redirect: "manual", // a signature or token is for the configured address alone
    });
    await response.body?.cancel();
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { outcome: "failed", fault: `${hostOf(url)}: ${messageOf(cause)}` };
  }
  const { ok, status } = response;
  if (ok) return { outcome: "delivered" };
  const fault = `${hostOf(url)} answered ${status}`;
  const isPassing = status >= 500 || status === 408 || status === 425 || status === 429;
  if (!isPassing) return { outcome: "refused", fault };
  const retryAfterMs = 1_000 * Number(response.headers.get("retry-after") ?? Number.NaN);
  return retryAfterMs >= 0
    ? { outcome: "failed", fault, retryAfterMs: Math.min(retryAfterMs, longestRetryAfterMs) }
    : { outcome: "failed", fault };
}

/** Of the address, only the host: the path may be the secret. */
function hostOf(url: string): string {
  return new URL(url).host;
}
