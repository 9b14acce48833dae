import { createHash } from "node:crypto";
import { PersonaGuardError } from "@persona-guard/core";
import type { Summary } from "../summary.js";
import type { VerdictRow } from "../verdict-row.js";

export interface PushRequest {
  readonly url: string;
  /** Secrets included: never to be shown. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A tool that recorded traces and takes verdicts on them. */
export interface PushTarget {
  /** As it is named to a user. */
  readonly title: string;
  /** Most verdicts of one request. */
  readonly batchSize: number;
  /** Whether the tool can find the step that was judged, and has a place for such a verdict. */
  accepts(row: VerdictRow): boolean;
  /** @param rows accepted ones, at most `batchSize` */
  requestOf(rows: readonly VerdictRow[]): PushRequest;
  /** Verdicts of a request that an answer of status 200 says were refused. */
  refusedIn?(answer: unknown): number;
}

export interface PushTargetOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly persona: Summary["persona"];
  readonly classifier: string;
  /** Time of the verdicts. */
  readonly at: Date;
}

/** Under which name the verdicts of a persona are kept. */
export function evaluationName({ name }: Summary["persona"]): string {
  return `persona-guard:${name}`;
}

/** The ids under which a step was recorded: what its reader says, or for our own rows those of session and step. */
export function originOf({ origin, session, step }: VerdictRow): {
  readonly trace: string;
  readonly span: string;
} {
  return origin ?? { trace: session, span: step };
}

/** 'drifted to sycophancy in send_email.body: "You are a genius!"'; evidence is masked. */
export function explanationOf({ outcome, utterances }: VerdictRow): string {
  const parts = utterances.flatMap(({ field, driftedTo, reason, evidence }) => {
    if (driftedTo !== undefined)
      return [
        `drifted to ${driftedTo} in ${field}: ${evidence.map(({ text }) => `"${text.trim()}"`).join(" … ")}`,
      ];
    return reason === undefined ? [] : [`${field}: ${reason}`];
  });
  return parts.length === 0 ? outcome : parts.join("; ");
}

/** The same id for the same verdict on the same step, so that sending it again replaces it. UUID version 5 in form. */
export function stableId(...parts: readonly string[]): string {
  const hex = createHash("sha1").update(parts.join("\0")).digest("hex");
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    variant + hex.slice(18, 20),
    hex.slice(20, 32),
  ].join("-");
}

/** The first of the variables that is set. @throws PersonaGuardError "options-invalid" naming them */
export function variableOf(env: PushTargetOptions["env"], names: readonly string[], what: string): string {
  const value = names.map((name) => env[name]).find((one) => one !== undefined && one !== "");
  if (value !== undefined) return value;
  throw new PersonaGuardError(
    "options-invalid",
    `Verdicts cannot be sent without ${what}: set ${names.join(" or ")}.`,
  );
}

export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
