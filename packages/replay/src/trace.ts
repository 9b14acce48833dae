import type { Step } from "@persona-guard/core";

/** Where something stood in a recorded trace: a line of a JSONL file, or a record of a JSON document. */
export interface Place {
  /** The path as the user gave it, or below the folder that was given. */
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  /** Position in a JSON array, from 0; 0 for a document that is one object. */
  readonly record?: number;
}

/** One parsed JSON value of a trace file, not yet understood. */
export interface TraceRecord {
  readonly found: "record";
  readonly place: Place;
  readonly value: unknown;
  /** Share of the file that has been read with this record, in [0, 1]. */
  readonly shareRead: number;
}

/** A line of a trace file that is no JSON. */
export interface UnreadableLine {
  readonly found: "unreadable";
  readonly place: Place;
  /** What is wrong, as in "is not valid JSON (212 characters)". */
  readonly what: string;
}

/** A step and where it was recorded. */
export interface TracedStep {
  readonly found: "step";
  readonly place: Place;
  readonly step: Step;
  /** Where the tool that recorded it keeps it; absent where the trace has no such ids. */
  readonly origin?: Origin;
  readonly shareRead: number;
}

/** The ids of a step in the tool that recorded it: of the trace, and of the run, observation or span. */
interface Origin {
  readonly trace: string;
  readonly span: string;
}

/** Something in a trace that could not be read; all around it was. */
export interface TraceFault {
  readonly found: "fault";
  readonly place: Place;
  /** Place, what is wrong there and what became of it, without the customer's words. */
  readonly message: string;
}

/** Turns the records of one file, in one format, into steps. */
export interface TraceReader {
  readonly name: string;
  /** What a record of this format has: all of them recognise it, some of them make it the nearest match. */
  readonly marks: readonly Mark[];
  read(records: AsyncIterable<TraceRecord>): AsyncIterable<TracedStep | TraceFault>;
}

interface Mark {
  /** As it is named to a user, for example "traj (array of messages)". */
  readonly field: string;
  readonly isIn: (record: Readonly<Record<string, unknown>>) => boolean;
}

/** A fault whose message begins with its place. */
export function faultAt(place: Place, what: string): TraceFault {
  return { found: "fault", place, message: `${placeName(place)}: ${what}` };
}

/** "monday.jsonl:118", or "results.json[3]". */
export function placeName({ file, line, record }: Place): string {
  if (line !== undefined) return `${file}:${line}`;
  return record === undefined ? file : `${file}[${record}]`;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
