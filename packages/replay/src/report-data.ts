import type { Kind, Span, StepOutcome } from "@persona-guard/core";
import type { GateResult } from "./gates.js";
import type { Share } from "./share.js";
import type { Summary } from "./summary.js";

/**
 * What the page of report.html is given: small enough for 50,000 steps, so columns of numbers and lists of names.
 *
 * @typeParam Column how the numbers of a column are held: an array, as the page has them, or what becomes one as JSON
 */
export interface ReportData<Column = readonly number[]> {
  readonly summary: ReportSummary;
  /** The sessions whose steps are on the page, in the order of the traces. */
  readonly sessions: readonly ReportSession[];
  readonly names: ReportNames;
  readonly steps: StepColumns<Column>;
  readonly utterances: UtteranceColumns<Column>;
  /** By the position of a step in its columns; the others keep theirs in verdicts.jsonl. */
  readonly texts: Readonly<Record<number, StepText>>;
  /** Utterances of all steps, also of those that are not on the page; the most frequent first. */
  readonly groups: Readonly<Record<Grouping, readonly ReportGroup[]>>;
  /** How many utterances of a kind lie in each bin of confidence. */
  readonly bins: Readonly<Partial<Record<Kind, ConfidenceBins>>>;
}

export interface ReportSummary extends Omit<Summary, "worst" | "skippedFiles"> {
  readonly gates: readonly GateResult[];
  readonly skipped: { readonly total: number; readonly first: Summary["skippedFiles"] };
}

export interface ReportSession {
  readonly id: string;
  readonly steps: number;
  readonly drifted: number;
  /** Index of the step at which the alarm was raised. */
  readonly alarm?: number;
  /** Index of the step at which the drift most likely began. */
  readonly start?: number;
  /** Least confidence of its steps. */
  readonly lowest?: number;
}

/** What the columns point into. */
export interface ReportNames {
  readonly fields: readonly { readonly name: string; readonly tool?: string }[];
  readonly traits: readonly string[];
  readonly reasons: readonly string[];
  readonly models: readonly string[];
  readonly files: readonly string[];
}

/** One entry per step; -1 stands for nothing. */
export interface StepColumns<Column = readonly number[]> {
  /** Of verdicts.jsonl, from 1. */
  readonly line: Column;
  readonly session: Column;
  readonly index: Column;
  readonly outcome: Column;
  readonly confidence: Column;
  readonly model: Column;
  readonly file: Column;
  /** Line in that file, from 1. */
  readonly fileLine: Column;
  /** Record in that file, from 0. */
  readonly fileRecord: Column;
  /** How many of the utterances are this step's: they follow each other. */
  readonly utterances: Column;
}

/** One entry per utterance; -1 stands for nothing. */
export interface UtteranceColumns<Column = readonly number[]> {
  readonly kind: Column;
  readonly field: Column;
  readonly outcome: Column;
  readonly confidence: Column;
  readonly trait: Column;
  readonly reason: Column;
}

export interface StepText {
  readonly eValue: number;
  /** In the order of the step's utterances. */
  readonly utterances: readonly {
    readonly pValue?: number;
    readonly text?: string;
    readonly evidence: readonly Span[];
  }[];
}

export type Grouping = "kind" | "tool" | "trait" | "model";

export interface ReportGroup {
  readonly name: string;
  readonly share: Share;
}

export interface ConfidenceBins {
  readonly drifted: readonly number[];
  readonly others: readonly number[];
}

export const reportOutcomes = [
  "in-persona",
  "drifted",
  "undecided",
  "unscored",
  "silent",
] as const satisfies readonly StepOutcome[];

export const reportKinds = ["chat", "email", "message", "report"] as const satisfies readonly Kind[];

/** The tool of an utterance that is no argument of one. */
export const reply = "(reply)";
export const unnamedModel = "(unnamed model)";

/** Bins are of equal width in log-odds: a confidence of 0.99 is as far from 0.999 as 0.001 is from 0.01. */
export const binWidth = 0.5;
/** Log-odds of the first bin's begin and, with the sign turned, the last one's end: 0.0003 and 0.9997. */
export const mostLogOdds = 8;

/** @param confidence in [0, 1] @returns in [-8, 8] */
export function logOddsOf(confidence: number): number {
  const odds = Math.log(confidence / (1 - confidence));
  return Math.min(mostLogOdds, Math.max(-mostLogOdds, odds));
}
