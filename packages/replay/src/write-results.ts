import { type FileHandle, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mostSessions, type SessionSnapshot } from "@persona-guard/core";
import { type Checkpoint, removeCheckpoint, writeCheckpoint } from "./checkpoint.js";
import type { GateResult } from "./gates.js";
import { junitXml } from "./junit.js";
import { writingInto } from "./results-folder.js";
import type { RunIdentity } from "./run-identity.js";
import type { Summary } from "./summary.js";
import type { VerdictRow } from "./verdict-row.js";

/** Bytes of rows that are collected before they are written. */
const bufferedBytes = 256 * 1024;
/** Longest time of work that a crash may cost, in milliseconds. */
const checkpointMs = 5_000;
/** Steps after which a checkpoint is written at the latest, or as many as there are open sessions: each costs a snapshot. */
const checkpointSteps = 1_000;

export const resultFiles = ["verdicts.jsonl", "summary.json", "junit.xml"] as const;
const [verdicts] = resultFiles;

export interface ResultsOptions {
  readonly run: RunIdentity;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/**
 * Writes FOLDER/verdicts.jsonl, summary.json and junit.xml. They appear under their names only when `finish` has written them whole;
 * the results of an earlier replay stay until then. Meanwhile a checkpoint says how far verdicts.jsonl.part can be trusted.
 *
 * One replay at a time may write into a folder.
 */
export class ResultsWriter {
  #isFinished = false;
  #buffer = "";
  #bytes: number;
  #steps: number;
  #stepsSaved: number;
  #savedAt: number;
  readonly #begin: number;
  readonly #sessions: Map<string, unknown>;

  private constructor(
    readonly folder: string,
    private readonly file: FileHandle,
    private readonly options: ResultsOptions,
    before: Pick<Checkpoint, "steps" | "bytes" | "seconds" | "sessions">,
  ) {
    this.#bytes = before.bytes;
    this.#steps = before.steps;
    this.#stepsSaved = before.steps;
    this.#sessions = new Map(before.sessions);
    this.#savedAt = options.now();
    this.#begin = this.#savedAt - before.seconds * 1000;
  }

  /** Starts anew; what an interrupted replay left in the folder is given up. @throws PersonaGuardError "output-unwritable" */
  static async open(folder: string, options: ResultsOptions): Promise<ResultsWriter> {
    return writingInto(folder, async () => {
      await mkdir(folder, { recursive: true });
      await removeCheckpoint(folder);
      const file = await open(partOf(folder, verdicts), "w");
      return new ResultsWriter(folder, file, options, { steps: 0, bytes: 0, seconds: 0, sessions: [] });
    });
  }

  /** Goes on after a checkpoint whose rows `resumedRows` has put in place. @throws PersonaGuardError "output-unwritable" */
  static async reopen(
    folder: string,
    checkpoint: Checkpoint,
    options: ResultsOptions,
  ): Promise<ResultsWriter> {
    return writingInto(folder, async () => {
      const file = await open(partOf(folder, verdicts), "r+");
      await file.truncate(checkpoint.bytes);
      await file.close();
      return new ResultsWriter(folder, await open(partOf(folder, verdicts), "a"), options, checkpoint);
    });
  }

  /** Seconds spent on this replay, those before an interruption included. */
  get seconds(): number {
    return (this.options.now() - this.#begin) / 1000;
  }

  /** @param session of the step, to go on with after it @throws PersonaGuardError "output-unwritable" */
  async add(row: VerdictRow, session?: SessionSnapshot): Promise<void> {
    this.#buffer += `${JSON.stringify(row)}\n`;
    this.#steps += 1;
    if (session !== undefined && this.#sessions.get(row.session) !== session) {
      // In the order in which the guard forgets them.
      this.#sessions.delete(row.session);
      this.#sessions.set(row.session, session);
      if (this.#sessions.size > mostSessions) this.#sessions.delete(this.#sessions.keys().next().value ?? "");
    }
    const unsaved = this.#steps - this.#stepsSaved;
    const isDue =
      unsaved >= Math.max(checkpointSteps, this.#sessions.size) ||
      this.options.now() - this.#savedAt >= checkpointMs;
    if (isDue) await writingInto(this.folder, () => this.#save());
    else if (this.#buffer.length >= bufferedBytes) await writingInto(this.folder, () => this.#flush());
  }

  /**
   * Puts the results in place; after an interrupted replay its checkpoint stays.
   *
   * @param at time of the report @throws PersonaGuardError "output-unwritable"
   */
  async finish(
    summary: Summary & { readonly gates: readonly GateResult[] },
    { at }: { readonly at: Date },
  ): Promise<void> {
    const { gates, ...rest } = summary;
    await writingInto(this.folder, async () => {
      await this.#save();
      await this.file.close();
      this.#isFinished = true;
      await writeFile(partOf(this.folder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
      await writeFile(partOf(this.folder, "junit.xml"), junitXml(rest, gates, { at }));
      for (const name of resultFiles) await rename(partOf(this.folder, name), join(this.folder, name));
      if (summary.complete) await removeCheckpoint(this.folder);
    });
  }

  /** Without `finish`, keeps what the last checkpoint can be resumed with, or leaves nothing if there was none. */
  async close(): Promise<void> {
    if (this.#isFinished) return;
    await this.file.close();
    if (this.#stepsSaved > 0) return;
    for (const name of resultFiles) await rm(partOf(this.folder, name), { force: true });
  }

  async #save(): Promise<void> {
    await this.#flush();
    await this.file.sync();
    const sessions = [...this.#sessions];
    const { run } = this.options;
    await writeCheckpoint(this.folder, {
      run,
      steps: this.#steps,
      bytes: this.#bytes,
      seconds: this.seconds,
      sessions,
    });
    this.#stepsSaved = this.#steps;
    this.#savedAt = this.options.now();
  }

  async #flush(): Promise<void> {
    const rows = Buffer.from(this.#buffer);
    this.#buffer = "";
    await this.file.appendFile(rows);
    this.#bytes += rows.length;
  }
}

/** Where a result is written until it is whole. */
export function partOf(folder: string, name: string): string {
  return join(folder, `${name}.part`);
}
