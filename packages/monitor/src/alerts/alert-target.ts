import type { DriftEvent } from "@persona-guard/core";
import type { Notice } from "./alert.js";

/** How one attempt ended: "refused" is final, "failed" may be tried again. */
export type Delivery =
  | { readonly outcome: "delivered" }
  | { readonly outcome: "refused"; readonly fault: string }
  | { readonly outcome: "failed"; readonly fault: string; readonly retryAfterMs?: number };

/** Where alerts go. */
export interface AlertTarget {
  readonly name: string;
  /** One attempt; what it throws counts as failed. Faults name no secret: a webhook's address is one. */
  deliver(notice: Notice, signal: AbortSignal): Promise<Delivery>;
  /** Every event, for targets that count or export them. Must neither wait nor throw. */
  observe?(event: DriftEvent): void;
  close?(): Promise<void>;
}
