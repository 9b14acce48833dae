import { createReadStream } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { type Kind, kinds, messageOf, PersonaGuardError } from "@persona-guard/core";
import { decodedUtf8, linesOf, placeName } from "@persona-guard/replay";

/** Longest plain text that is scored as one, in bytes. */
const longestText = 64 * 1024 * 1024;
const newline = 0x0a;
/** Bytes up to this one are blank: spaces, tabs and line ends. */
const space = 0x20;

/** One text to score. */
export interface InputRow {
  readonly found: "row";
  /** "mails.jsonl:3", or the name of a plain text. */
  readonly place: string;
  /** The JSON object as it was written; for plain text, one made of its name and itself. */
  readonly json: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly kind: Kind;
}

/** Input that cannot be scored; what is around it is. */
export interface InputFault {
  readonly found: "fault";
  readonly message: string;
}

/** @throws PersonaGuardError "input-unreadable" naming every file that is missing, locked or a folder */
export async function refuseMissing(files: readonly string[]): Promise<void> {
  const faults: string[] = [];
  for (const file of files.filter((name) => name !== "-")) {
    try {
      await access(file, constants.R_OK);
      if ((await stat(file)).isDirectory())
        faults.push(
          `${file} is a folder: name the files in it, or use "persona-guard replay" for agent traces.`,
        );
    } catch (error) {
      faults.push(`${file} cannot be read: ${messageOf(error)}.`);
    }
  }
  if (faults.length > 0) throw new PersonaGuardError("input-unreadable", faults.join("\n"));
}

/** The rows of a file, or of `stdin` for "-". JSONL is streamed; anything else is one text. */
export async function* inputRows(
  file: string,
  stdin: AsyncIterable<Buffer>,
): AsyncGenerator<InputRow | InputFault> {
  const name = file === "-" ? "stdin" : file;
  const source: AsyncIterable<Buffer> = file === "-" ? stdin : createReadStream(file);
  const chunks = source[Symbol.asyncIterator]();
  const { head, ended } = await firstLineOf(chunks);
  const rest = ended ? joined(head) : joined(head, chunks);
  if (isJsonl(head, name)) yield* rowsOfLines(rest, name);
  else yield await rowOfText(rest, name);
}

/** Bytes up to and with the first line that is not blank, or to the end. */
async function firstLineOf(
  chunks: AsyncIterator<Buffer>,
): Promise<{ readonly head: Buffer; readonly ended: boolean }> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  let lineHasBegun = false;
  while (bytes <= longestText) {
    const next = await chunks.next();
    if (next.done) return { head: Buffer.concat(pieces), ended: true };
    const piece = next.value;
    pieces.push(piece);
    bytes += piece.length;
    const begin: number = lineHasBegun ? 0 : piece.findIndex((byte) => byte > space);
    lineHasBegun = begin >= 0;
    if (lineHasBegun && piece.includes(newline, begin)) break;
  }
  return { head: Buffer.concat(pieces), ended: false };
}

async function* joined(head: Buffer, rest?: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  if (rest === undefined) return;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** The first line that is not blank is a JSON object, or begins like one, or the name promises lines of JSON. */
function isJsonl(head: Buffer, name: string): boolean {
  if (/\.(jsonl|ndjson)$/i.test(name)) return true;
  const line =
    head
      .toString("utf8")
      .replace(/^\uFEFF/, "")
      .trimStart()
      .split("\n", 1)[0] ?? "";
  return /^\{\s*"/.test(line);
}

async function* rowsOfLines(
  source: AsyncIterable<Buffer>,
  name: string,
): AsyncGenerator<InputRow | InputFault> {
  let rows = 0;
  for await (const { number, text, fault } of linesOf(source)) {
    if (fault === undefined && text.trim() === "") continue;
    rows += 1;
    const place = placeName({ file: name, line: number });
    const row = fault === undefined ? rowOf(text, place) : { found: "fault" as const, message: fault };
    yield row.found === "row" ? row : { found: "fault", message: `${place}: ${row.message}. Line skipped.` };
  }
  if (rows === 0) yield empty(name);
}

function rowOf(line: string, place: string): InputRow | InputFault {
  const fault = (message: string): InputFault => ({ found: "fault", message });
  let fields: unknown;
  try {
    fields = JSON.parse(line);
  } catch {
    // Node's message quotes the text, which stays with the customer.
    return fault(`is not valid JSON (${line.length} characters)`);
  }
  if (typeof fields !== "object" || fields === null || Array.isArray(fields))
    return fault('is not a JSON object; a row looks like {"text": "…", "kind": "email"}');
  const row: Readonly<Record<string, unknown>> = { ...fields };
  const { text, kind = "chat" } = row;
  if (typeof text !== "string") return fault("text: not a string; every row needs one");
  const known = kinds.find((one) => one === (kind ?? "chat"));
  if (known === undefined) return fault(`kind: not one of ${kinds.join(", ")}`);
  return { found: "row", place, json: line.trim(), fields: row, text, kind: known };
}

async function rowOfText(source: AsyncIterable<Buffer>, name: string): Promise<InputRow | InputFault> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > longestText)
      return { found: "fault", message: `${name} is one text of more than ${longestText} bytes; split it.` };
  }
  const decoded = decodedUtf8(Buffer.concat(chunks));
  if ("fault" in decoded) return { found: "fault", message: `${name} ${decoded.fault}.` };
  const { text } = decoded;
  if (text.trim() === "") return empty(name);
  if (isJson(text))
    return {
      found: "fault",
      message: `${name} is one JSON document; give one object per line (JSONL), for example by: jq -c '.[]'.`,
    };
  const fields = { id: name, text };
  return { found: "row", place: name, json: JSON.stringify(fields), fields, text, kind: "chat" };
}

function empty(name: string): InputFault {
  return { found: "fault", message: `${name} is empty; give a text, or rows of JSONL with a "text".` };
}

function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    // A text that only begins with a bracket.
    return false;
  }
}
