import type { ErrorCode } from "@persona-guard/core";
import type { ThreadGate } from "./thread-gate.js";

/** The model that a thread is for. */
export interface ThreadStart {
  /** Absolute path of a transformers.js folder, or the id of a model on the Hugging Face hub. */
  readonly model: string;
  /** "pooled": the mean-pooled layer states of our own export; "logits": the output of a sequence classifier. */
  readonly output: "pooled" | "logits";
  /** Longest input in tokens; the tokeniser's own limit if undefined. */
  readonly maxTokens?: number;
  /** Cores of one forward pass, >= 1. @default 2 */
  readonly cores?: number;
  /** The hub is asked only if this is true. */
  readonly allowDownload: boolean;
}

/** What the worker is started with. */
export interface ThreadData {
  readonly start: ThreadStart;
  readonly gate: ThreadGate;
}

/** What the worker found when it had loaded the model. */
export interface LoadedModel {
  /** Values per text. */
  readonly width: number;
  /** Names of the values of "logits", in order; empty for "pooled". */
  readonly labels: readonly string[];
}

export interface Ask {
  readonly type: "ask";
  readonly id: number;
  readonly texts: readonly string[];
}

export type ToThread = Ask | { readonly type: "cancel"; readonly id: number } | { readonly type: "stop" };

/** The answer to one ask: a row per text, in the order asked, or why there is none. */
export type Answer =
  | { readonly type: "rows"; readonly id: number; readonly rows: readonly Float32Array<ArrayBuffer>[] }
  | { readonly type: "refused"; readonly id: number; readonly message: string };

export type FromThread =
  | Answer
  | { readonly type: "loaded"; readonly model: LoadedModel }
  | { readonly type: "not-loaded"; readonly code: ErrorCode; readonly message: string };
