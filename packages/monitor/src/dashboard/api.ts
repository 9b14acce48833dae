import type { DriftEvent } from "@persona-guard/core";

/** A step as a list shows it. */
export interface StepRow {
  /** Order in which the dashboard read it, from 1. */
  readonly seq: number;
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly session: string;
  readonly index: number;
  readonly attempt: number;
  readonly persona: string;
  readonly model: string | null;
  readonly outcome: DriftEvent["outcome"];
  readonly action: DriftEvent["action"];
  readonly confidence: number | null;
  readonly eValue: number;
  readonly alarm: boolean;
  /** Index of the step at which the session's drift began, after its alarm. */
  readonly began: number | null;
  readonly scoringMs: number;
  readonly rescuedFrom: number | null;
  readonly driftedTo: string | null;
  /** "text" or "send_email.body": where it drifted. */
  readonly field: string | null;
  /** Its first evidence sentence, shortened. */
  readonly evidence: string | null;
}

/** What narrows every view; what is absent narrows nothing. */
export interface Filter {
  readonly from?: number;
  readonly to?: number;
  readonly persona?: string;
  readonly model?: string;
}

/** What narrows a search besides. */
export interface SearchFilter extends Filter {
  readonly outcome?: DriftEvent["outcome"];
  readonly trait?: string;
  readonly tool?: string;
  /** Part of a session or step id, of a persona's or trait's name, or of an evidence sentence. */
  readonly text?: string;
  /** Only steps read before this one. */
  readonly before?: number;
}

/** How far the dashboard has read the log. */
export interface Reading {
  readonly steps: number;
  readonly bytesRead: number;
  readonly bytesThere: number;
  /** False until everything that was there at the start has been read. */
  readonly caughtUp: boolean;
  readonly unreadable: readonly { readonly file: string; readonly lines: number }[];
}

/** Where the page starts from. */
export interface Start {
  readonly rows: readonly StepRow[];
  /** What the live feed is resumed from. */
  readonly cursor: string;
  readonly reading: Reading;
  readonly watching: readonly string[];
  readonly labels: string;
}

/** What the live feed sends. */
export interface News {
  readonly rows: readonly StepRow[];
  readonly reading: Reading;
}

export interface Summary {
  readonly steps: number;
  /** First drafts with a verdict, and those of them that drifted. */
  readonly scored: number;
  readonly drifted: number;
  readonly sessions: number;
  readonly sessionsInAlarm: number;
  /** Drafts that were asked to be written again, and those of them that ended in persona. */
  readonly reprompted: number;
  readonly rescued: number;
  readonly outcomes: Readonly<Record<DriftEvent["outcome"], number>>;
  readonly scoringMs: { readonly p50: number | null; readonly p95: number | null };
  readonly first: number | null;
  readonly last: number | null;
}

/** What can be filtered by: the most frequent first. */
export interface Names {
  readonly personas: readonly string[];
  readonly models: readonly string[];
}

export const dimensions = ["persona", "model", "tool", "trait"] as const;
export type Dimension = (typeof dimensions)[number];

/** Points of a curve in time, one a bucket that is not empty, in order. */
export interface Series<Point> {
  readonly bucketMs: number;
  readonly curves: readonly { readonly name: string; readonly points: readonly Point[] }[];
}

export interface RatePoint {
  readonly at: number;
  readonly of: number;
  readonly drifted: number;
}

export interface FleetPoint {
  readonly at: number;
  /** The greatest Shiryaev-Roberts statistic in the bucket. */
  readonly statistic: number;
  readonly alarm: boolean;
}

export interface CoveragePoint {
  readonly at: number;
  readonly scored: number;
  readonly undecided: number;
  readonly unscored: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface SessionRow {
  readonly session: string;
  readonly persona: string;
  readonly model: string | null;
  readonly first: number;
  readonly last: number;
  readonly steps: number;
  readonly drifted: number;
  readonly lowest: number | null;
  readonly eValue: number;
  readonly alarm: boolean;
  /** Confidences of its latest first drafts, oldest first. */
  readonly recent: readonly (number | null)[];
}

export interface SessionView {
  readonly session: string;
  /** The first 2,000. */
  readonly rows: readonly StepRow[];
  readonly more: number;
}

type LabelVerdict = "false-alarm" | "missed-drift";

/** One step whole, and the other drafts of it, by attempt. */
export interface StepView {
  readonly event: DriftEvent;
  readonly drafts: readonly DriftEvent[];
  readonly label: { readonly verdict: LabelVerdict; readonly trait: string | null } | null;
  readonly previous: string | null;
  readonly next: string | null;
}

export interface LabelRequest {
  readonly verdict: LabelVerdict | "none";
  /** For a missed drift: the trait that the text shows. */
  readonly trait?: string;
}
