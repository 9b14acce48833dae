import { createReadStream } from "node:fs";

/** Longest line that is read, in bytes: one step of an agent is far below it. */
const longestLine = 64 * 1024 * 1024;
const newline = 0x0a;

/** A line of a file, without its line end, or why it could not be read. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
  /** What is wrong with it and what to do; `text` is then empty. */
  readonly fault?: string;
  /** Bytes of the file up to and with this line. */
  readonly bytesRead: number;
}

/**
 * The lines of a UTF-8 stream in constant memory; a byte order mark and CRLF ends are dropped.
 *
 * @param source a path, or a stream of bytes such as stdin
 */
export async function* linesOf(
  source: string | AsyncIterable<Buffer>,
  { maxLineBytes = longestLine }: { readonly maxLineBytes?: number } = {},
): AsyncGenerator<Line> {
  let number = 0;
  let bytesRead = 0;
  let pieces: Buffer[] = [];
  let length = 0;
  const take = (): Line => {
    number += 1;
    const line = lineOf(Buffer.concat(pieces), number, { length, maxLineBytes, bytesRead });
    pieces = [];
    length = 0;
    return line;
  };
  const stream: AsyncIterable<Buffer> = typeof source === "string" ? createReadStream(source) : source;
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      length += end - from;
      bytesRead += end + 1 - from;
      if (length <= maxLineBytes) pieces.push(chunk.subarray(from, end));
      yield take();
      from = end + 1;
    }
    length += chunk.length - from;
    bytesRead += chunk.length - from;
    if (length <= maxLineBytes) pieces.push(chunk.subarray(from));
    else pieces = [];
  }
  if (length > 0) yield take();
}

function lineOf(
  bytes: Buffer,
  number: number,
  size: { readonly length: number; readonly maxLineBytes: number; readonly bytesRead: number },
): Line {
  const { length, maxLineBytes, bytesRead } = size;
  if (length > maxLineBytes) {
    const fault = `is ${length} bytes long, more than the ${maxLineBytes} that a line may have; split the record`;
    return { number, text: "", fault, bytesRead };
  }
  const decoded = decodedUtf8(bytes);
  if ("fault" in decoded) return { number, text: "", fault: decoded.fault, bytesRead };
  return { number, text: decoded.text.replace(/\r$/, ""), bytesRead };
}

/** The text without its byte order mark, or why the bytes are not UTF-8 text. */
export function decodedUtf8(bytes: Uint8Array): { readonly text: string } | { readonly fault: string } {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return { fault: "is UTF-16 text; save it as UTF-8" };
  const nul = bytes.indexOf(0);
  if (nul >= 0) return { fault: `is binary, not text (a NUL at byte ${nul}); give a UTF-8 text file` };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    // TextDecoder says no more than that.
    return { fault: "is not UTF-8 text, or binary; give a text file in UTF-8" };
  }
}
