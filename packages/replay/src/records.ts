import { open, readFile } from "node:fs/promises";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import { decodedUtf8, linesOf } from "./lines.js";
import type { TraceRecord, UnreadableLine } from "./trace.js";

/** Largest JSON document (not JSONL) that is parsed as a whole, in bytes. */
const largestDocument = 256 * 1024 * 1024;
/** Bytes looked at to tell JSONL from one JSON document. */
const headBytes = 64 * 1024;

/** A file on disk and the path that messages and results name it by. */
export interface TraceFile {
  readonly path: string;
  readonly name: string;
  readonly bytes: number;
}

/**
 * The JSON values of a trace file: its lines if it is JSONL (streamed), the items of its array, or its one object.
 *
 * @throws PersonaGuardError "trace-unreadable" if nothing in the file can be read
 */
export async function* recordsOf(file: TraceFile): AsyncGenerator<TraceRecord | UnreadableLine> {
  const head = await headOf(file);
  if (head.trim() === "" && file.bytes <= headBytes)
    throw unreadable(file, "is empty; give a trace with records");
  yield* isOneDocument(head, file.name) ? itemsOf(file) : rowsOf(file);
}

/** `JSON.parse` whose fault says where it is, but quotes nothing of the text as Node's own message does. */
export function parseJson(text: string): { readonly value: unknown } | { readonly fault: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const position = /position (\d+)/.exec(messageOf(error))?.[1];
    const where = position === undefined ? "" : `, fault at character ${position}`;
    return { fault: `is not valid JSON (${text.length} characters${where})` };
  }
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

/** An array is one document; so is an object that goes on after its first line. A name for lines needs clearer signs. */
function isOneDocument(head: string, name: string): boolean {
  const firstLine = head.trimStart().split("\n", 1)[0]?.trim() ?? "";
  if (firstLine.startsWith("[") || firstLine === "{") return true;
  if (!firstLine.startsWith("{") || /\.(jsonl|ndjson)$/i.test(name)) return false;
  return "fault" in parseJson(firstLine) && /[{[,:]$/.test(firstLine);
}

async function* rowsOf(file: TraceFile): AsyncGenerator<TraceRecord | UnreadableLine> {
  for await (const { number, text, fault, bytesRead } of linesOf(file.path)) {
    const place = { file: file.name, line: number };
    if (fault !== undefined) {
      yield { found: "unreadable", place, what: fault };
    } else if (text.trim() !== "") {
      const parsed = parseJson(text);
      if ("value" in parsed)
        yield { found: "record", place, value: parsed.value, shareRead: bytesRead / file.bytes };
      else yield { found: "unreadable", place, what: parsed.fault };
    }
  }
}

async function* itemsOf(file: TraceFile): AsyncGenerator<TraceRecord> {
  if (file.bytes > largestDocument)
    throw unreadable(
      file,
      `is one JSON document of ${file.bytes} bytes, more than the ${largestDocument} that are read at once; write one record per line (JSONL)`,
    );
  const decoded = decodedUtf8(await readFile(file.path));
  if ("fault" in decoded) throw unreadable(file, decoded.fault);
  const parsed = parseJson(decoded.text);
  if ("fault" in parsed) throw unreadable(file, `${parsed.fault}; it may have been cut off`);
  const items: readonly unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  if (items.length === 0) throw unreadable(file, "is an empty array; give a trace with records");
  for (const [record, value] of items.entries()) {
    const place = { file: file.name, record };
    yield { found: "record", place, value, shareRead: (record + 1) / items.length };
  }
}

function unreadable(file: TraceFile, what: string, cause?: unknown): PersonaGuardError {
  return new PersonaGuardError("trace-unreadable", `${file.name} ${what}.`, { cause });
}
