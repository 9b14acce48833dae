import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { personaGuardErrorIn } from "@persona-guard/core";
import { eventFiles } from "./event-files.js";
import { type Cursor, eventLines, type FoundLine, fileStart } from "./event-lines.js";
import { isFinished } from "./log-files.js";

/** Read of a file before the next one gets its turn. */
const bytesInTurn = 1024 * 1024;
/** Files, the last changed, of which the end is read to begin with. */
const mostRecent = 10;

export interface FollowOptions {
  /** Ends the following. */
  readonly signal: AbortSignal;
  /** Where to begin in files that are there already; `lastBytes` of the ten files changed last give some context. @default "end" */
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
  { signal, from = "end", pollMs = 200 }: FollowOptions,
): AsyncGenerator<FoundLine> {
  const known = await filesAtFirst(paths, from);
  while (!signal.aborted) {
    const found: Timed[] = [];
    let hasMore = false;
    for (const file of await filesNow(paths, known)) {
      const size = await lookAt(file, known);
      const followed = known.get(file);
      if (followed === undefined || size === undefined || size === followed.readSize) continue;
      const { offset } = followed.cursor;
      found.push(...(await readTurn(file, followed)));
      if (followed.cursor.offset > offset && followed.cursor.offset < size) hasMore = true;
      else followed.readSize = size;
    }
    for (const { line } of found.sort((a, b) => a.at - b.at)) yield line;
    if (!hasMore) await pause(pollMs, undefined, { signal }).catch(() => undefined); // ends early when aborted
  }
}

async function filesAtFirst(
  paths: readonly string[],
  from: NonNullable<FollowOptions["from"]>,
): Promise<Map<string, Followed>> {
  const known = new Map<string, Followed>();
  if (from === "start") return known;
  const sizes: {
    readonly file: string;
    readonly ino: number;
    readonly size: number;
    readonly mtimeMs: number;
  }[] = [];
  for (const file of await filesNow(paths, known)) {
    const stats = await stat(file).catch(() => undefined);
    if (stats !== undefined) sizes.push({ file, ino: stats.ino, size: stats.size, mtimeMs: stats.mtimeMs });
  }
  const newestFirst = sizes.sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const [index, { file, ino, size }] of newestFirst.entries()) {
    const isAtEnd = from === "end" || index >= mostRecent;
    const offset = isAtEnd ? size : Math.max(0, size - from.lastBytes);
    // One byte back: if that is a line end, its line is the one that is not read.
    const cursor = offset === 0 ? fileStart : { offset: offset - 1, lines: undefined, isWithinLine: true };
    known.set(file, { cursor, inode: ino, readSize: isAtEnd ? size : 0 });
  }
  return known;
}

/** The files that are there, those that have gone forgotten; when a folder cannot be read for a moment, those that are known. */
async function filesNow(paths: readonly string[], known: Map<string, Followed>): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    try {
      files.push(...(await eventFiles([path])));
    } catch (error) {
      const cause = personaGuardErrorIn(error)?.cause;
      const isGone = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
      if (!isGone) return [...known.keys()];
    }
  }
  const there = new Set(files);
  for (const file of known.keys()) if (!there.has(file)) known.delete(file);
  return [...there];
}

/** The size of the file, which is known from now on; undefined if there is no need or no way to look at it. */
async function lookAt(file: string, known: Map<string, Followed>): Promise<number | undefined> {
  const followed = known.get(file);
  const isRead = followed !== undefined && followed.readSize > 0;
  if (isRead && isFinished(basename(file), Date.now())) return undefined; // so that years of files cost nothing
  const stats = await stat(file).catch(() => undefined);
  if (stats === undefined) return undefined;
  const { ino, size } = stats;
  const isSame = followed?.inode === ino && followed.cursor.offset <= size;
  if (!isSame) known.set(file, { cursor: fileStart, inode: ino, readSize: 0 });
  return size;
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
