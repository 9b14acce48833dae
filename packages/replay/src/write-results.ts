import { type FileHandle, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import type { GateResult } from "./gates.js";
import type { Summary } from "./summary.js";
import type { VerdictRow } from "./verdict-row.js";

/** Bytes of rows that are collected before they are written. */
const bufferedBytes = 256 * 1024;

export const resultFiles = ["verdicts.jsonl", "summary.json"] as const;

/**
 * Writes FOLDER/verdicts.jsonl and FOLDER/summary.json. Both appear under their names only when `finish` has written them whole;
 * the results of an earlier replay stay until then.
 */
export class ResultsWriter {
  #buffer = "";

  private constructor(
    private readonly folder: string,
    private readonly file: FileHandle,
  ) {}

  /** @throws PersonaGuardError "output-unwritable" */
  static async open(folder: string): Promise<ResultsWriter> {
    return writing(folder, async () => {
      await mkdir(folder, { recursive: true });
      return new ResultsWriter(folder, await open(partOf(folder, "verdicts.jsonl"), "w"));
    });
  }

  /** @throws PersonaGuardError "output-unwritable" */
  async add(row: VerdictRow): Promise<void> {
    this.#buffer += `${JSON.stringify(row)}\n`;
    if (this.#buffer.length >= bufferedBytes) await this.#flush();
  }

  /** @throws PersonaGuardError "output-unwritable" */
  async finish(summary: Summary & { readonly gates: readonly GateResult[] }): Promise<void> {
    await this.#flush();
    await writing(this.folder, async () => {
      await this.file.sync();
      await this.file.close();
      await writeFile(partOf(this.folder, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
      for (const name of resultFiles) await rename(partOf(this.folder, name), join(this.folder, name));
    });
  }

  /** Leaves nothing of this replay behind. */
  async discard(): Promise<void> {
    await this.file.close();
    for (const name of resultFiles) await rm(partOf(this.folder, name), { force: true });
  }

  async #flush(): Promise<void> {
    const rows = this.#buffer;
    this.#buffer = "";
    await writing(this.folder, () => this.file.appendFile(rows));
  }
}

function partOf(folder: string, name: string): string {
  return join(folder, `${name}.${process.pid}.part`);
}

async function writing<Result>(folder: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    const message = `Cannot write results into ${folder}: ${messageOf(error)}. Give another folder with --out.`;
    throw new PersonaGuardError("output-unwritable", message, { cause: error });
  }
}
