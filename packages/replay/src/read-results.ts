import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import type { GateResult } from "./gates.js";
import { linesOf } from "./lines.js";
import { type Summary, summarySchemaName } from "./summary.js";
import { isObject } from "./trace.js";
import { parseVerdictRow, type VerdictRow } from "./verdict-row.js";

export interface NumberedRow {
  /** From 1. */
  readonly line: number;
  readonly row: VerdictRow;
}

/**
 * The rows of FOLDER/verdicts.jsonl, one after the other.
 *
 * @param onFault is told of each line that is no row; it is left out
 * @throws PersonaGuardError "run-unreadable" if there is no such file
 */
export async function* readVerdicts(
  folder: string,
  onFault: (message: string) => void = () => undefined,
): AsyncGenerator<NumberedRow> {
  const file = join(folder, "verdicts.jsonl");
  try {
    for await (const { number, text, fault } of linesOf(file)) {
      const place = `${file}:${number}`;
      const row = fault === undefined ? rowIn(text, place) : `${place} ${fault}`;
      if (typeof row === "string") onFault(`${row}. Line left out.`);
      else yield { line: number, row };
    }
  } catch (error) {
    throw unreadable(file, messageOf(error), error);
  }
}

/** @throws PersonaGuardError "run-unreadable" */
export async function readSummary(
  folder: string,
): Promise<Summary & { readonly gates: readonly GateResult[] }> {
  const file = join(folder, "summary.json");
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw unreadable(file, messageOf(error), error);
  }
  if (!isObject(content) || content.schema !== summarySchemaName)
    throw unreadable(file, `its schema is not ${summarySchemaName}`);
  // The schema's name stands for its shape: the file is our own.
  return content as unknown as Summary & { readonly gates: readonly GateResult[] };
}

/** The row, or what is wrong with it. */
function rowIn(line: string, place: string): VerdictRow | string {
  try {
    return parseVerdictRow(line, place);
  } catch (error) {
    return messageOf(error);
  }
}

function unreadable(file: string, what: string, cause?: unknown): PersonaGuardError {
  const message = `Cannot read ${file}: ${what}. Give the folder that "persona-guard replay --out" has written.`;
  return new PersonaGuardError("run-unreadable", message, { cause });
}
