import { type FileHandle, open, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { eventFiles } from "../event-files.js";

/** Bytes that are read at once; a step is looked up again in as many. */
const chunkBytes = 8 * 1024 * 1024;
const longestLine = 16 * 1024 * 1024;
/** Files whose handle stays open, so that a rotated one is read to its end under any name. */
const mostOpen = 32;
/** A file that has lost its name is read on until it has not grown for so many calls. */
const callsUntilGone = 120;
const newline = 0x0a;

/** A file of the log, whatever it is called by now. */
export interface LogFile {
  path: string;
}

/** Whole lines of a file. */
export interface Chunk {
  readonly file: LogFile;
  /** Where it begins, in bytes. */
  readonly start: number;
  readonly bytes: Uint8Array;
  /** Lines before it that are longer than a line may be, and were skipped. */
  readonly tooLong: number;
}

interface Tracked extends LogFile {
  size: number;
  modified: number;
  /** Bytes up to and with the last whole line that was read. */
  read: number;
  handle: FileHandle | undefined;
  isSkipping: boolean;
  callsUnchanged: number;
}

/** The JSON-lines files of a log, read as they grow, are rotated and come anew. */
export class GrowingFiles {
  readonly #paths: readonly string[];
  readonly #except: ReadonlySet<string>;
  readonly #files = new Map<string, Tracked>();

  /** @param paths files, or folders of them; they may not be there yet */
  constructor(paths: readonly string[], { except = [] }: { readonly except?: readonly string[] } = {}) {
    this.#paths = paths.map((path) => resolve(path));
    this.#except = new Set(except.map((path) => resolve(path)));
  }

  get bytesThere(): number {
    return sum([...this.#files.values()].map(({ size }) => size));
  }

  get bytesRead(): number {
    return sum([...this.#files.values()].map(({ read }) => read));
  }

  /** What has come since the last call, the oldest file first. A line without its end waits for it. */
  async *news(): AsyncGenerator<Chunk> {
    await this.#look();
    const files = [...this.#files.values()].sort((a, b) => a.modified - b.modified);
    for (const file of files) {
      if (file.read === file.size) continue;
      yield* this.#read(file);
      await this.#closeIdle(files);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#files.values()].map(closeHandle));
  }

  /** Finds files by what they are, not by name: a renamed one is the same, a new one under an old name is not. */
  async #look(): Promise<void> {
    const named = new Set<string>();
    for (const path of await this.#pathsThere()) {
      const found = await stat(path).catch(() => undefined);
      if (!found?.isFile()) continue;
      const key = `${found.dev}:${found.ino}`;
      named.add(key);
      const known = this.#files.get(key) ?? newFile(path);
      this.#files.set(key, known);
      known.path = path;
      grow(known, found.size);
      known.modified = found.mtimeMs;
    }
    for (const [key, file] of this.#files) {
      if (named.has(key)) continue;
      const left = await file.handle?.stat();
      if (left !== undefined && file.callsUnchanged < callsUntilGone) grow(file, left.size);
      else {
        await closeHandle(file);
        this.#files.delete(key);
      }
    }
  }

  /** A path that is not there yet has no files. */
  async #pathsThere(): Promise<readonly string[]> {
    const found = await Promise.all(this.#paths.map((path) => eventFiles([path]).catch(() => [])));
    return [...new Set(found.flat())].filter((path) => !this.#except.has(path));
  }

  async *#read(file: Tracked): AsyncGenerator<Chunk> {
    file.handle ??= await open(file.path).catch(() => undefined);
    if (file.handle === undefined) return;
    let tooLong = 0;
    let most = chunkBytes;
    while (file.read < file.size) {
      const buffer = Buffer.allocUnsafe(Math.min(most, file.size - file.read));
      const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, file.read);
      if (bytesRead === 0) return;
      const bytes = buffer.subarray(0, bytesRead);
      if (file.isSkipping) {
        const end = bytes.indexOf(newline);
        file.isSkipping = end < 0;
        file.read += end < 0 ? bytesRead : end + 1;
        continue;
      }
      const end = bytes.lastIndexOf(newline) + 1;
      if (end > 0) {
        const start = file.read;
        file.read += end;
        most = chunkBytes;
        yield { file, start, bytes: bytes.subarray(0, end), tooLong };
        tooLong = 0;
      } else if (bytesRead === chunkBytes && most === chunkBytes) {
        most = longestLine;
      } else if (bytesRead === longestLine) {
        file.isSkipping = true;
        file.read += bytesRead;
        tooLong += 1;
      } else break;
    }
    if (tooLong > 0) yield { file, start: file.read, bytes: new Uint8Array(), tooLong };
  }

  async #closeIdle(byAge: readonly Tracked[]): Promise<void> {
    const open = byAge.filter(({ handle }) => handle !== undefined);
    for (const file of open.slice(0, Math.max(0, open.length - mostOpen))) await closeHandle(file);
  }
}

function newFile(path: string): Tracked {
  return {
    path,
    size: 0,
    modified: 0,
    read: 0,
    handle: undefined,
    isSkipping: false,
    callsUnchanged: 0,
  };
}

/** A file that has become shorter than what was read of it was emptied, and is read from its beginning. */
function grow(file: Tracked, size: number): void {
  file.callsUnchanged = size === file.size ? file.callsUnchanged + 1 : 0;
  if (size < file.read) {
    file.read = 0;
    file.isSkipping = false;
  }
  file.size = size;
}

async function closeHandle(file: Tracked): Promise<void> {
  const { handle } = file;
  file.handle = undefined;
  await handle?.close();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
