import { createReadStream } from "node:fs";
import { type DriftEvent, parseDriftEvent } from "@persona-guard/core";
import { ZodError } from "zod";

/** Longest line that is read, in bytes. */
const longestLine = 64 * 1024 * 1024;
const newline = 0x0a;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** What a line of a log holds; "other" is a JSON object that is no drift event, such as a line of the application's own logger. */
export type FoundLine =
  | { readonly found: "event"; readonly place: string; readonly event: DriftEvent }
  | { readonly found: "other"; readonly place: string }
  | { readonly found: "unreadable"; readonly place: string; readonly message: string };

/** A place between two lines of a file. */
export interface Cursor {
  /** In bytes. */
  readonly offset: number;
  /** Lines before it; undefined if reading began within the file. */
  readonly lines: number | undefined;
  /** Whether the place may be within a line, the rest of which is then not read. */
  readonly isWithinLine?: boolean;
}

export const fileStart: Cursor = { offset: 0, lines: 0 };

export interface ReadLine {
  readonly line: FoundLine;
  /** Behind the line. */
  readonly next: Cursor;
}

export interface EventLinesOptions {
  /** @default the start of the file */
  readonly from?: Cursor;
  /** Bytes after which no further line is begun. @default all */
  readonly mostBytes?: number;
  /** Whether a last line without its line end is read; no, where the file may still grow. @default true */
  readonly readsLast?: boolean;
}

/** The lines of a log, blank ones left out, in constant memory. */
export async function* eventLines(file: string, options: EventLinesOptions = {}): AsyncGenerator<ReadLine> {
  const { from = fileStart, mostBytes = Number.POSITIVE_INFINITY, readsLast = true } = options;
  let { offset, lines, isWithinLine = false } = from;
  let pieces: Buffer[] = [];
  let length = 0;
  const take = (endBytes: number): ReadLine | undefined => {
    const isTooLong = length > longestLine;
    const bytes = Buffer.concat(pieces);
    const place = lines === undefined ? `${file}, byte ${offset}` : `${file}:${lines + 1}`;
    offset += length + endBytes;
    lines = lines === undefined ? undefined : lines + 1;
    pieces = [];
    length = 0;
    if (isWithinLine) {
      isWithinLine = false;
      return undefined;
    }
    const line = isTooLong
      ? unreadable(place, `is longer than the ${longestLine} bytes that a line may have`)
      : foundIn(bytes, place, endBytes > 0);
    return line && { line, next: { offset, lines } };
  };
  for await (const chunk of chunksOf(file, offset)) {
    if (chunk instanceof Error) {
      yield { line: unreadable(file, `cannot be read: ${chunk.message}`), next: { offset, lines } };
      return;
    }
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      pieces.push(chunk.subarray(start, end));
      length += end - start;
      start = end + 1;
      const read = take(1);
      if (read !== undefined) yield read;
      if (offset - from.offset >= mostBytes) return;
    }
    length += chunk.length - start;
    if (length > longestLine) pieces = [];
    else if (start < chunk.length) pieces.push(chunk.subarray(start));
  }
  const last = readsLast && length > 0 ? take(0) : undefined;
  if (last !== undefined) yield last;
}

/** A file that is removed while others are read ends in an error as a value. */
async function* chunksOf(file: string, start: number): AsyncGenerator<Buffer | Error> {
  try {
    const stream: AsyncIterable<Buffer> = createReadStream(file, { start });
    yield* stream;
  } catch (error) {
    yield error instanceof Error ? error : new Error(String(error));
  }
}

function foundIn(bytes: Buffer, place: string, isWhole: boolean): FoundLine | undefined {
  let text: string;
  try {
    text = utf8.decode(bytes).trim();
  } catch {
    return unreadable(place, `is not UTF-8 text (${bytes.length} bytes)`); // TextDecoder says no more than that
  }
  if (text === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Without Node's own message: that quotes the line.
    const cut = isWhole ? "" : "; it was cut off: its process was killed or is still writing";
    return unreadable(place, `is not valid JSON (${text.length} characters)${cut}`);
  }
  const schema = typeof value === "object" && value !== null && "schema" in value ? value.schema : undefined;
  if (typeof schema !== "string" || !schema.startsWith("persona-guard/drift-event/"))
    return typeof value === "object" && value !== null
      ? { found: "other", place }
      : unreadable(place, "is not a JSON object");
  try {
    return { found: "event", place, event: parseDriftEvent(value) };
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const [first, ...more] = error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    const others = more.length === 0 ? "" : `, and ${more.length} more faults`;
    return unreadable(place, `is not a drift event as this version knows it: ${first}${others}`);
  }
}

function unreadable(place: string, what: string): FoundLine {
  return { found: "unreadable", place, message: `${place} ${what}. Line skipped, the rest was read.` };
}
