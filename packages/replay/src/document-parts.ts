import { isEnvelope, isRecord, leadsOn } from "./envelope.js";
import { decodedUtf8 } from "./lines.js";
import { parseJson } from "./parse-json.js";

/** Longest record that is read, in bytes: half of what a string can hold. */
const longestRecord = 256 * 1024 * 1024;

/** The text of one record of a JSON document, or why it has none. */
export type DocumentPart = ({ readonly text: string } | { readonly fault: string }) & {
  /** JSON of the fields that stood before the records in their envelope; absent for an item of a bare array. */
  readonly envelope?: string;
  /** Bytes of the document up to and with this part. */
  readonly bytesRead: number;
};

/**
 * Cuts a JSON document into the texts of its records, in memory for one of them: the items of an array, the items in an export's
 * envelope, or else the document itself; documents may follow each other.
 *
 * Only brackets and quotes are looked at. The texts are left to `JSON.parse`, which is faster than a streaming parser, and a
 * record that is no JSON costs itself alone, where a parser would have to stop.
 */
export async function* documentParts(
  source: AsyncIterable<Buffer>,
  { maxRecordBytes = longestRecord }: { readonly maxRecordBytes?: number } = {},
): AsyncGenerator<DocumentPart> {
  const cutter = new Cutter(maxRecordBytes);
  for await (const chunk of source) {
    yield* cutter.push(chunk);
    if (cutter.stopped) return;
  }
  yield* cutter.end();
}

const byteOrderMark = [0xef, 0xbb, 0xbf];
const [tab, lineFeed, carriageReturn, space] = [0x09, 0x0a, 0x0d, 0x20];
const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/** An array or object that is walked through, not cut out. */
interface Level {
  readonly isArray: boolean;
  /** Keys that lead to it. */
  readonly path: readonly string[];
  /** What stood before the records around it, as JSON. */
  readonly envelope: string | undefined;
  /** Of an object: the key, with its quotes, whose value comes next. */
  key: Buffer | undefined;
  /** Of an object: all its keys so far. */
  readonly keys: string[];
  /** Of an object: its fields so far; undefined for an array, and once records have come out of it. */
  fields: Buffer[] | undefined;
  bytes: number;
}

class Cutter {
  readonly #maxRecordBytes: number;
  readonly #levels: Level[] = [];
  /** What is being cut out; undefined between values. */
  #cutting: "record" | "key" | "field" | undefined;
  #pieces: Buffer[] = [];
  #length = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #bytesBefore = 0;
  /** Set where the document is no JSON between its records, so that the next one cannot be found. */
  stopped = false;

  constructor(maxRecordBytes: number) {
    this.#maxRecordBytes = maxRecordBytes;
  }

  *push(chunk: Buffer): Generator<DocumentPart> {
    let at = 0;
    while (at < chunk.length && !this.stopped) {
      if (this.#cutting === undefined) {
        const part = this.#between(chunk[at] ?? 0, this.#bytesBefore + at);
        if (part !== undefined) yield part;
        if (this.#cutting === undefined) at += 1;
        continue;
      }
      const end = this.#endOfValue(chunk, at);
      this.#keep(chunk.subarray(at, end.at));
      at = end.at;
      if (!end.isFound) continue;
      const part = this.#cut(this.#bytesBefore + at);
      if (part !== undefined) yield part;
    }
    this.#bytesBefore += chunk.length;
  }

  *end(): Generator<DocumentPart> {
    const bytesRead = this.#bytesBefore;
    if (this.#cutting === "record" && this.#levels.length === 0 && this.#depth === 0) {
      const part = this.#cut(bytesRead);
      if (part !== undefined) yield part;
    } else if (this.#cutting !== undefined || this.#levels.length > 0) {
      yield { fault: "ends in the middle of a record; it may have been cut off", bytesRead };
    }
  }

  /** One byte between values: goes into an array or object that leads to records, out of it, or begins to cut. */
  #between(byte: number, position: number): DocumentPart | undefined {
    const level = this.#levels.at(-1);
    if (isBlank(byte) || (byte === comma && level !== undefined)) return undefined;
    if (byte === byteOrderMark[position]) return undefined;
    if (byte === colon && level?.key !== undefined) return undefined;
    if (byte === closeBracket || byte === closeBrace) {
      const fits = level !== undefined && (byte === closeBracket) === level.isArray;
      return fits ? this.#close(level, position + 1) : this.#stop(position);
    }
    if (byte === comma || byte === colon) return this.#stop(position);
    if (level === undefined && (byte === openBracket || byte === openBrace)) {
      this.#open(byte === openBracket, []);
    } else if (level === undefined) {
      this.#cutting = "record";
    } else if (level.isArray) {
      if (byte === openBrace && leadsOn(level.path)) this.#open(false, level.path);
      else this.#cutting = "record";
    } else if (level.key === undefined) {
      if (byte !== quote) return this.#stop(position);
      this.#cutting = "key";
    } else {
      this.#beginField(level, byte);
    }
    return undefined;
  }

  #beginField(level: Level, byte: number): void {
    const key = parseJson(level.key?.toString("utf8") ?? "");
    const name = "value" in key ? String(key.value) : "";
    const path = [...level.path, name];
    level.keys.push(name);
    if (byte !== openBracket || !isEnvelope(path) || isRecord(level.keys)) {
      this.#cutting = "field";
      return;
    }
    this.#open(true, path, level.envelope ?? jsonOf(level.fields ?? []).toString("utf8"));
    level.fields = undefined;
    level.key = undefined;
  }

  #open(isArray: boolean, path: readonly string[], envelope = this.#levels.at(-1)?.envelope): void {
    const fields = isArray ? undefined : [];
    this.#levels.push({ isArray, path, envelope, key: undefined, keys: [], fields, bytes: 0 });
  }

  #close(level: Level, bytesRead: number): DocumentPart | undefined {
    this.#levels.pop();
    if (level.fields === undefined) return undefined;
    if (level.bytes > this.#maxRecordBytes) return this.#tooLong(level.bytes, bytesRead);
    return { ...decodedUtf8(jsonOf(level.fields)), ...envelopeOf(level), bytesRead };
  }

  #stop(position: number): DocumentPart {
    this.stopped = true;
    const fault = `is not valid JSON at byte ${position}, between its records, and is not read from there on`;
    return { fault, bytesRead: position };
  }

  #tooLong(bytes: number, bytesRead: number): DocumentPart {
    return {
      fault: `is ${bytes} bytes long, more than the ${this.#maxRecordBytes} that are read`,
      bytesRead,
    };
  }

  #keep(piece: Buffer): void {
    this.#length += piece.length;
    if (this.#length > this.#maxRecordBytes) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  /** Where the value that is being cut ends in this chunk; a number or word ends before what follows it. */
  #endOfValue(chunk: Buffer, from: number): { readonly at: number; readonly isFound: boolean } {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false;
        else if (byte === backslash) this.#escaped = true;
        else if (byte === quote) {
          this.#inString = false;
          if (this.#depth === 0) return { at: at + 1, isFound: true };
        }
      } else if (byte === quote) {
        this.#inString = true;
      } else if (byte === openBrace || byte === openBracket) {
        this.#depth += 1;
      } else if (byte === closeBrace || byte === closeBracket) {
        if (this.#depth === 0) return { at, isFound: true };
        this.#depth -= 1;
        if (this.#depth === 0) return { at: at + 1, isFound: true };
      } else if (this.#depth === 0 && (byte === comma || isBlank(byte))) {
        return { at, isFound: true };
      }
    }
    return { at: chunk.length, isFound: false };
  }

  #cut(bytesRead: number): DocumentPart | undefined {
    const [cutting, length, bytes] = [this.#cutting, this.#length, Buffer.concat(this.#pieces)];
    const level = this.#levels.at(-1);
    this.#cutting = undefined;
    this.#pieces = [];
    this.#length = 0;
    if (cutting === "record") {
      if (length > this.#maxRecordBytes) return this.#tooLong(length, bytesRead);
      return { ...decodedUtf8(bytes), ...envelopeOf(level), bytesRead };
    }
    if (level === undefined) return undefined;
    if (cutting === "key") {
      level.key = bytes;
      return undefined;
    }
    level.bytes += length;
    if (level.bytes <= this.#maxRecordBytes && level.key !== undefined)
      level.fields?.push(Buffer.concat([level.key, Buffer.from(":"), bytes]));
    level.key = undefined;
    return undefined;
  }
}

function isBlank(byte: number): boolean {
  return byte === space || byte === lineFeed || byte === carriageReturn || byte === tab;
}

function envelopeOf(level: Level | undefined): { readonly envelope?: string } {
  return level?.envelope === undefined ? {} : { envelope: level.envelope };
}

function jsonOf(fields: readonly Buffer[]): Buffer {
  const separated = fields.flatMap((field, at) => (at === 0 ? [field] : [Buffer.of(comma), field]));
  return Buffer.concat([Buffer.of(openBrace), ...separated, Buffer.of(closeBrace)]);
}
