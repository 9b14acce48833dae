import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import { documentParts } from "./document-parts.js";
import { recordsIn } from "./envelope.js";
import { linesOf } from "./lines.js";
import { parseJson } from "./parse-json.js";
import { isObject, type Place, type TraceRecord, type UnreadableRecord } from "./trace.js";

/** Bytes looked at to tell JSONL from a JSON document. */
const headBytes = 64 * 1024;
/** Bytes of a document read at a time. */
const chunkBytes = 256 * 1024;

/** A file on disk and the path that messages and results name it by. */
export interface TraceFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
}

/**
 * The JSON values of a trace file, streamed: its lines if it is JSONL, the items of its array or of the export that it is, or
 * its one object.
 *
 * @throws PersonaGuardError "trace-unreadable" if nothing in the file can be read
 */
export async function* recordsOf(file: TraceFile): AsyncGenerator<TraceRecord | UnreadableRecord> {
  const head = await headOf(file);
  if (head.trim() === "" && file.bytes <= headBytes)
    throw unreadable(file, "is empty; give a trace with records");
  yield* isDocument(head, file.name) ? partsOf(file) : rowsOf(file);
}

async function headOf(file: TraceFile): Promise<string> {
  try {
    const handle = await open(file.path);
    try {
      const buffer = Buffer.alloc(headBytes);
      const { bytesRead } = await handle.read(buffer, 0, headBytes, 0);
      return buffer.toString("utf8", 0, bytesRead).replace(/^\uFEFF/, "");
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, `cannot be read: ${messageOf(error)}`, error);
  }
}

/**
 * An array is a document; so is an object that goes on after its first line, or past all that was looked at. A name for lines
 * needs clearer signs.
 */
function isDocument(head: string, name: string): boolean {
  const text = head.trimStart();
  const firstLine = text.split("\n", 1)[0]?.trim() ?? "";
  if (firstLine.startsWith("[") || firstLine === "{") return true;
  if (!firstLine.startsWith("{") || /\.(jsonl|ndjson)$/i.test(name)) return false;
  if (!text.includes("\n") && head.length >= headBytes / 4) return true;
  return "fault" in parseJson(firstLine) && /[{[,:]$/.test(firstLine);
}

async function* rowsOf(file: TraceFile): AsyncGenerator<TraceRecord | UnreadableRecord> {
  for await (const { number, text, fault, bytesRead } of linesOf(file.path)) {
    const place = { file: file.name, line: number };
    if (fault !== undefined) {
      yield { found: "unreadable", place, what: fault };
    } else if (text.trim() !== "") {
      const parsed = parseJson(text);
      const shareRead = bytesRead / file.bytes;
      if ("value" in parsed) yield* recordsAt(place, parsed.value, shareRead);
      else yield { found: "unreadable", place, what: parsed.fault };
    }
  }
}

async function* partsOf(file: TraceFile): AsyncGenerator<TraceRecord | UnreadableRecord> {
  let record = 0;
  let envelope: { readonly json: string | undefined; readonly fields: TraceRecord["envelope"] } | undefined;
  for await (const part of documentParts(createReadStream(file.path, { highWaterMark: chunkBytes }))) {
    const place = { file: file.name, record };
    record += 1;
    const parsed = "fault" in part ? part : parseJson(part.text);
    if ("fault" in parsed) {
      yield { found: "unreadable", place, what: parsed.fault };
      continue;
    }
    if (envelope?.json !== part.envelope) envelope = { json: part.envelope, fields: fieldsIn(part.envelope) };
    yield* recordsAt(place, parsed.value, part.bytesRead / file.bytes, envelope?.fields);
  }
  if (record === 0)
    throw unreadable(file, "holds no record, as an empty array does; give a trace with records");
}

/** One record, or those of an export that was put into a line or an item as a whole. */
function* recordsAt(
  place: Place,
  value: unknown,
  shareRead: number,
  around?: TraceRecord["envelope"],
): Generator<TraceRecord> {
  const records = recordsIn(value);
  for (const [at, { value, envelope = around }] of records.entries()) {
    const here = envelope === around ? place : { ...place, item: at };
    yield { found: "record", place: here, value, shareRead, ...(envelope === undefined ? {} : { envelope }) };
  }
}

/** Fields that are no JSON say nothing about the records, which are read all the same. */
function fieldsIn(json: string | undefined): TraceRecord["envelope"] {
  const parsed = json === undefined ? undefined : parseJson(json);
  return parsed !== undefined && "value" in parsed && isObject(parsed.value) ? parsed.value : undefined;
}

function unreadable(file: TraceFile, what: string, cause?: unknown): PersonaGuardError {
  return new PersonaGuardError("trace-unreadable", `${file.name} ${what}.`, { cause });
}
