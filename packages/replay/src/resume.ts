import { createReadStream } from "node:fs";
import { constants, copyFile, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import type { Checkpoint } from "./checkpoint.js";
import { linesOf } from "./lines.js";
import { writingInto } from "./results-folder.js";
import { parseVerdictRow, type VerdictRow } from "./verdict-row.js";
import { partOf } from "./write-results.js";

const verdicts = "verdicts.jsonl";

/**
 * The rows that an interrupted replay wrote up to its checkpoint, which then lie where `ResultsWriter.reopen` goes on with them.
 *
 * @throws PersonaGuardError "checkpoint-unreadable" if they are not all there
 */
export async function* resumedRows(
  folder: string,
  { steps, bytes }: Pick<Checkpoint, "steps" | "bytes">,
): AsyncGenerator<VerdictRow> {
  const part = partOf(folder, verdicts);
  await writingInto(folder, () => putInPlace(folder, part));
  let found = 0;
  if (bytes > 0) {
    for await (const { number, text } of linesOf(createReadStream(part, { end: bytes - 1 }))) {
      yield parseVerdictRow(text, `${part}:${number}`);
      found += 1;
    }
  }
  if (found === steps && (await stat(part)).size >= bytes) return;
  throw new PersonaGuardError(
    "checkpoint-unreadable",
    `${part} holds ${found} of the ${steps} steps that its checkpoint counts. Leave out --resume to start anew.`,
  );
}

/** After Ctrl-C the rows have their final name, and stay under it until the replay is done. */
async function putInPlace(folder: string, part: string): Promise<void> {
  const isThere = await stat(part).then(
    () => true,
    () => false,
  );
  if (isThere) return;
  const draft = `${part}.copy`;
  try {
    await copyFile(join(folder, verdicts), draft, constants.COPYFILE_FICLONE);
  } catch (error) {
    throw new PersonaGuardError(
      "checkpoint-unreadable",
      `The verdicts that the checkpoint in ${folder} counts are gone: ${messageOf(error)}. Leave out --resume to start anew.`,
      { cause: error },
    );
  }
  await rename(draft, part);
}
