import type { Step } from "@persona-guard/core";
import type { Intake } from "./intake.js";

/** Where something stood in a recorded trace: a line of a JSONL file, or a record of a JSON document. */
export interface Place {
  /** The path as the user gave it, or below the folder that was given. */
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  /** Position in a JSON document, from 0; 0 for a document that is one object. */
  readonly record?: number;
  /** Position in an export that is a line or a record as a whole, from 0. */
  readonly item?: number;
}

/** One parsed JSON value of a trace file, not yet understood. */
export interface TraceRecord {
  readonly found: "record";
  readonly place: Place;
  readonly value: unknown;
  /** The fields of the export that the record is an item of. */
  readonly envelope?: Readonly<Record<string, unknown>>;
  /** Share of the file that has been read with this record, in [0, 1]. */
  readonly shareRead: number;
}

/** A line or record of a trace file that is no JSON. */
export interface UnreadableRecord {
  readonly found: "unreadable";
  readonly place: Place;
  /** What is wrong, as in "is not valid JSON (212 characters)". */
  readonly what: string;
}

/** Fields of a record, as in `traj[4].content`. */
export interface StepFields {
  readonly text: string;
  /** Of the arguments of each tool call. */
  readonly toolCalls: readonly string[];
}

/** A step and where it was recorded. */
export interface TracedStep {
  readonly found: "step";
  /** Where in its record it stood; absent for a step that was not read from a file. */
  readonly fields?: StepFields;
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
  /** @param intake counts what was taken and what was left */
  read(records: AsyncIterable<TraceRecord>, intake: Intake): AsyncIterable<TracedStep | TraceFault>;
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

/** "monday.jsonl:118", "results.json[3]", or "spans.jsonl:2[17]" for the 18th span of an export on line 2. */
export function placeName({ file, line, record, item }: Place): string {
  const number = line === undefined ? "" : `:${line}`;
  return [file + number, ...[record, item].filter((at) => at !== undefined).map((at) => `[${at}]`)].join("");
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
