import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import type { GateResult } from "./gates.js";
import { linesOf } from "./lines.js";
import { type Summary, summarySchema } from "./summary.js";
import { isObject } from "./trace.js";
import type { VerdictRow } from "./verdict-row.js";

export interface NumberedRow {
  /** From 1. */
  readonly line: number;
  readonly row: VerdictRow;
}

/**
 * The rows of FOLDER/verdicts.jsonl, one after the other.
 *
 * @param onFault is told of each line that is no row; it is left out
 * @throws PersonaGuardError "input-unreadable" if there is no such file
 */
export async function* readVerdicts(
  folder: string,
  onFault: (message: string) => void = () => undefined,
): AsyncGenerator<NumberedRow> {
  const file = join(folder, "verdicts.jsonl");
  try {
    for await (const { number, text, fault } of linesOf(file)) {
      const row = fault === undefined ? rowIn(text) : undefined;
      if (row === undefined)
        onFault(`${file}:${number}: ${fault ?? "is no row of a replay"}. Line left out.`);
      else yield { line: number, row };
    }
  } catch (error) {
    throw unreadable(file, messageOf(error), error);
  }
}

/** @throws PersonaGuardError "input-unreadable" */
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
  if (!isObject(content) || content.schema !== summarySchema)
    throw unreadable(file, `its schema is not ${summarySchema}`);
  // The schema's name stands for its shape: the file is our own.
  return content as unknown as Summary & { readonly gates: readonly GateResult[] };
}

/** What the file must hold for a row to be counted and shown; undefined if it does not. */
function rowIn(line: string): VerdictRow | undefined {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch {
    return undefined; // Said by the caller, with the place.
  }
  if (!isObject(row) || typeof row.session !== "string" || typeof row.index !== "number") return undefined;
  if (typeof row.outcome !== "string" || !isObject(row.source) || !Array.isArray(row.utterances))
    return undefined;
  const whole = row.utterances.every(
    (one) => isObject(one) && typeof one.kind === "string" && Array.isArray(one.evidence),
  );
  // What is read of a row was checked above; the rest is optional in it.
  return whole ? (row as unknown as VerdictRow) : undefined;
}

function unreadable(file: string, what: string, cause?: unknown): PersonaGuardError {
  const message = `Cannot read ${file}: ${what}. Give the folder that "persona-guard replay --out" has written.`;
  return new PersonaGuardError("input-unreadable", message, { cause });
}
