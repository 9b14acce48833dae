import { stat } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { eventFiles } from "./event-files.js";
import { type Cursor, eventLines, type FoundLine, fileStart } from "./event-lines.js";

/** Read of a file before the next one gets its turn. */
const bytesInTurn = 1024 * 1024;

export interface FollowOptions {
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** Where to begin in files that are there already; `lastBytes` of each gives some context. @default "end" */
  readonly from?: "start" | "end" | { readonly lastBytes: number };
  /** Between two looks at the files: a look works on every file system, unlike change notices. @default 200 */
  readonly pollMs?: number;
}

interface Followed {
  cursor: Cursor;
  readonly inode: number;
  /** Bytes of the file when it was last read to its end. */
  readSize: number;
}

interface Timed {
  readonly line: FoundLine;
  /** Of the event, or of the one before it in the file. */
  readonly at: number;
}

/**
 * Lines of logs as they are written, for as long as `signal` allows: files that roll, appear, shrink or are replaced are followed,
 * paths that are not there are waited for. What one look finds is in the order of time; a line without its end is left for later.
 */
export async function* followEvents(
  paths: readonly string[],
  options: FollowOptions,
): AsyncGenerator<FoundLine> {
  const { signal, from = "end", pollMs = 200 } = options;
  const known = new Map<string, Followed>();
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    const found: Timed[] = [];
    let hasMore = false;
    const files = await filesNow(paths);
    for (const file of known.keys()) if (!files.has(file)) known.delete(file);
    for (const [file, { ino, size }] of files) {
      const followed = followedNow(known.get(file), { ino, size, from: isFirst ? from : "start" });
      known.set(file, followed);
      if (size === followed.readSize) continue;
      const turn = await readTurn(file, followed);
      found.push(...turn);
      if (turn.length > 0 && followed.cursor.offset < size) hasMore = true;
      else followed.readSize = size;
    }
    for (const { line } of found.sort((a, b) => a.at - b.at)) yield line;
    if (!hasMore) await pause(pollMs, undefined, { signal }).catch(() => undefined); // ends early when aborted
  }
}

function followedNow(
  known: Followed | undefined,
  {
    ino,
    size,
    from,
  }: { readonly ino: number; readonly size: number; readonly from: NonNullable<FollowOptions["from"]> },
): Followed {
  if (known?.inode === ino && known.cursor.offset <= size) return known;
  const isReplaced = known !== undefined;
  if (from === "start" || isReplaced) return { cursor: fileStart, inode: ino, readSize: 0 };
  const offset = from === "end" ? size : Math.max(0, size - from.lastBytes);
  // One byte back: if that is a line end, its line is the one that is not read.
  const cursor = { offset: offset - 1, lines: undefined, isWithinLine: true };
  return { cursor: offset === 0 ? fileStart : cursor, inode: ino, readSize: from === "end" ? size : 0 };
}

async function readTurn(file: string, followed: Followed): Promise<readonly Timed[]> {
  const timed: Timed[] = [];
  let at = Number.NEGATIVE_INFINITY;
  const turn = { from: followed.cursor, mostBytes: bytesInTurn, readsLast: false };
  for await (const { line, next } of eventLines(file, turn)) {
    if (line.found === "event") at = Date.parse(line.event.at);
    timed.push({ line, at });
    followed.cursor = next;
  }
  return timed;
}

/** The files that are there, with their sizes; a path that is not there yet has none. */
async function filesNow(paths: readonly string[]) {
  const files = (await Promise.all(paths.map((path) => eventFiles([path]).catch(() => [])))).flat();
  const sizes = new Map<string, { readonly ino: number; readonly size: number }>();
  for (const file of files) {
    const { ino, size } = await stat(file).catch(() => ({ ino: 0, size: 0 }));
    if (ino !== 0) sizes.set(file, { ino, size });
  }
  return sizes;
}
