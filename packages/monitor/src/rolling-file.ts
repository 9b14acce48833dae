import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import { expiredFiles, logFileName, type RollPeriod, rollPeriods } from "./log-files.js";
import { openNew } from "./open-new.js";

/** Lines that are kept in memory while the disk refuses them, in bytes; what comes beyond is lost. */
const mostPending = 16 * 1024 * 1024;
/** Lines that are given to the system in one write, in bytes, if they are several. */
const mostInWrite = 1024 * 1024;
const newline = 0x0a;

export interface RollingFileOptions {
  /** Made if it is not there. Any number of processes may write into one folder. */
  readonly folder: string;
  /** First part of the file names. */
  readonly prefix: string;
  /** A file that would grow past this is left and a new one begun; a longer line gets a file of its own. @default 64 MiB */
  readonly maxBytes?: number;
  /** A new file is begun at least this often, in UTC. @default "day" */
  readonly rollEvery?: RollPeriod;
  /** Most files in the folder, those of other processes included; the oldest are removed. @default all */
  readonly keepFiles?: number;
  /** Files are removed this many days after the day they are from. @default all */
  readonly keepDays?: number;
  /**
   * "every-event": a line is with the operating system when `write` returns, so a killed process loses none; a power cut may
   * cost the last seconds. "every-event-on-disk": it is on the disk, too (fdatasync). `{ flushMs }`: it is with the operating
   * system after so many milliseconds at most, unless the event loop is blocked. @default "every-event"
   */
  readonly durability?: "every-event" | "every-event-on-disk" | { readonly flushMs: number };
  /** Called when writing begins to fail, and when a line is lost. @default a process warning */
  readonly onFault?: (error: PersonaGuardError) => void;
  readonly now?: () => number;
}

interface OpenFile {
  readonly fd: number;
  readonly name: string;
  readonly period: number;
  /** Whether the file system says of a removed file that it has no name any more. */
  readonly countsLinks: boolean;
  bytes: number;
}

/**
 * Lines into files of one folder, each file written by one writer alone, so that no line can be torn by another process and no
 * other process can roll a file away. It has the interface of a pino destination.
 *
 * Not pino-roll: that buffers what was acknowledged until a later tick, and two processes count up the same file numbers and
 * write into, or remove, each other's files.
 */
export class RollingFile {
  readonly #options: Required<Pick<RollingFileOptions, "maxBytes" | "now" | "onFault">> & RollingFileOptions;
  readonly #writer = randomBytes(4).toString("hex");
  readonly #closedFiles = new Set<string>();
  readonly #flushAtExit = () => this.#drain();
  #files = 0;
  #file: OpenFile | undefined;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #oldestPendingAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #fault: PersonaGuardError | undefined;
  #lost = 0;
  #isClosed = false;

  /** @throws PersonaGuardError "output-unwritable" */
  constructor(options: RollingFileOptions) {
    this.#options = { maxBytes: 64 * 1024 * 1024, now: Date.now, onFault: warn, ...options };
    try {
      mkdirSync(options.folder, { recursive: true });
      accessSync(options.folder, constants.W_OK);
    } catch (cause) {
      throw unwritable(options.folder, cause);
    }
    process.on("exit", this.#flushAtExit);
  }

  /** Lines that were given and are in no file. */
  get lost(): number {
    return this.#lost;
  }

  /** @param line with its line end. Never throws: what cannot be written waits in memory and is tried again with the next line. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#isClosed || this.#pendingBytes + bytes.length > mostPending) {
      this.#lost += 1;
      if (this.#lost === 1) this.#options.onFault(losing(this.#options.folder, this.#isClosed));
      return;
    }
    const now = this.#options.now();
    if (this.#pending.length === 0) this.#oldestPendingAt = now;
    this.#pending.push(bytes);
    this.#pendingBytes += bytes.length;
    const { durability = "every-event" } = this.#options;
    if (typeof durability === "string" || now - this.#oldestPendingAt >= durability.flushMs) this.#drain();
    else this.#timer ??= setTimeout(() => this.#drain(), durability.flushMs).unref();
  }

  /** @throws PersonaGuardError "output-unwritable" if lines still wait in memory */
  flush(): void {
    this.#drain();
    if (this.#pending.length > 0 && this.#fault !== undefined) throw this.#fault;
  }

  /** Flushes, and takes no more lines. @throws PersonaGuardError "output-unwritable" */
  close(): void {
    if (this.#isClosed) return;
    try {
      this.flush();
    } finally {
      this.#lost += this.#pending.length;
      this.#isClosed = true;
      this.#leaveFile();
      process.off("exit", this.#flushAtExit);
    }
  }

  #drain(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      while (this.#pending.length > 0) this.#writeSome();
      this.#fault = undefined;
    } catch (cause) {
      const isNew = this.#fault === undefined;
      this.#fault = unwritable(this.#options.folder, cause);
      if (isNew) this.#options.onFault(this.#fault);
    }
  }

  /** As many pending lines as the file has room for, at least one. */
  #writeSome(): void {
    const file = this.#fileFor(this.#pending[0]?.length ?? 0);
    const lines: Buffer[] = [];
    let room = Math.min(mostInWrite, this.#options.maxBytes - file.bytes);
    for (const line of this.#pending) {
      if (lines.length > 0 && line.length > room) break;
      lines.push(line);
      room -= line.length;
    }
    this.#append(file, lines);
    if (file.countsLinks && fstatSync(file.fd).nlink === 0) {
      this.#leaveFile(); // Somebody removed it under us: the lines go into a new one.
      return;
    }
    this.#forgetPending(lines.length);
  }

  /** In one write, so that a reader sees whole lines. A full disk may cut it: what was not written whole goes into another file. */
  #append(file: OpenFile, lines: readonly Buffer[]): void {
    const isSynced = this.#options.durability === "every-event-on-disk";
    const bytes = Buffer.concat(lines);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(file.fd, bytes, written);
      if (isSynced) fdatasyncSync(file.fd);
    } catch (error) {
      if (file.bytes + written > 0) this.#leaveFile();
      if (isSynced) throw error; // none of the lines is known to be on the disk: better twice in the log than never
      const whole = bytes.subarray(0, written).lastIndexOf(newline) + 1;
      let linesWritten = 0;
      for (let end = 0; end < whole; linesWritten += 1) end += lines[linesWritten]?.length ?? whole;
      this.#forgetPending(linesWritten);
      throw error;
    } finally {
      file.bytes += written;
    }
  }

  #forgetPending(lines: number): void {
    for (const line of this.#pending.splice(0, lines)) this.#pendingBytes -= line.length;
  }

  #fileFor(lineBytes: number): OpenFile {
    const { folder, prefix, maxBytes, rollEvery = "day", now, durability } = this.#options;
    const startedAt = now();
    const period = Math.floor(startedAt / rollPeriods[rollEvery]);
    const file = this.#file;
    if (
      file !== undefined &&
      file.period === period &&
      (file.bytes === 0 || file.bytes + lineBytes <= maxBytes)
    )
      return file;
    this.#leaveFile();
    this.#files += 1;
    const name = logFileName({
      prefix,
      startedAt,
      pid: process.pid,
      writer: this.#writer,
      number: this.#files,
    });
    const fd = openNew(folder, name, { isSynced: durability === "every-event-on-disk" });
    this.#file = { fd, name, period, countsLinks: fstatSync(fd).nlink > 0, bytes: 0 };
    this.#removeExpired(startedAt);
    return this.#file;
  }

  #leaveFile(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file.fd);
    this.#closedFiles.add(this.#file.name);
    this.#file = undefined;
  }

  #removeExpired(now: number): void {
    const { folder, keepFiles, keepDays } = this.#options;
    if (keepFiles === undefined && keepDays === undefined) return;
    try {
      const expired = expiredFiles(readdirSync(folder), { ...this.#options, now, closed: this.#closedFiles });
      for (const name of expired) {
        rmSync(join(folder, name), { force: true });
        this.#closedFiles.delete(name);
      }
    } catch (cause) {
      this.#options.onFault(unwritable(folder, cause)); // Old files that stay are no reason to lose new lines.
    }
  }
}

function warn(error: PersonaGuardError): void {
  process.emitWarning(error, { code: "PERSONA_GUARD_EVENT_LOST" });
}

function unwritable(folder: string, cause: unknown): PersonaGuardError {
  const message = `Cannot write into the folder ${folder}: ${messageOf(cause)}. Lines wait in memory until it can be written again.`;
  return new PersonaGuardError("output-unwritable", message, { cause });
}

function losing(folder: string, isClosed: boolean): PersonaGuardError {
  const why = isClosed
    ? "it is closed"
    : `${mostPending / 1024 / 1024} MiB already wait for a folder that cannot be written`;
  return new PersonaGuardError("output-unwritable", `Lines for ${folder} are lost: ${why}.`);
}
