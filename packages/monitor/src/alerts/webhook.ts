import { createHmac } from "node:crypto";
import type { AlertTarget } from "./alert-target.js";
import { post } from "./post.js";

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  /** Shared with the receiver, which can then verify that a notice is from here and fresh. */
  readonly secret?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly now?: () => number;
}

/** The notice as JSON, signed: HMAC-SHA256 over "timestamp.body", with the time of the attempt. */
export function webhookTarget({ name, url, secret, headers, now = Date.now }: WebhookOptions): AlertTarget {
  return {
    name,
    deliver(notice, signal) {
      const body = JSON.stringify(notice);
      const timestamp = String(Math.floor(now() / 1_000));
      const signature = secret === undefined ? {} : signedHeaders(body, { secret, timestamp });
      const id = { "x-persona-guard-delivery": notice.id };
      return post(url, { headers: { ...headers, ...id, ...signature }, body, signal });
    },
  };
}

function signedHeaders(
  body: string,
  { secret, timestamp }: { readonly secret: string; readonly timestamp: string },
): Record<string, string> {
  const digest = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  return { "x-persona-guard-timestamp": timestamp, "x-persona-guard-signature": `sha256=${digest}` };
}
