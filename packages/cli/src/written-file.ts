import { link, rename, rm, writeFile } from "node:fs/promises";
import { messageOf, PersonaGuardError } from "@persona-guard/core";

/**
 * Writes a file at once or not at all: a reader never meets half of it.
 *
 * @param force whether a file that is there may be replaced
 * @throws PersonaGuardError "output-unwritable"
 */
export async function writeWhole(
  file: string,
  content: string,
  { force }: { readonly force: boolean },
): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, content, { flag: "wx" });
    // A link is refused where the name is taken, also by a file that came while we were busy.
    await (force ? rename(draft, file) : link(draft, file));
  } catch (cause) {
    const isThere = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw isThere ? alreadyThere(file, cause) : unwritable(file, cause);
  } finally {
    await rm(draft, { force: true });
  }
}

export function alreadyThere(file: string, cause?: unknown): PersonaGuardError {
  const message = `${file} already exists; nothing was written. Use --force to overwrite.`;
  return new PersonaGuardError("output-unwritable", message, { cause });
}

function unwritable(file: string, cause: unknown): PersonaGuardError {
  return new PersonaGuardError("output-unwritable", `Cannot write ${file}: ${messageOf(cause)}.`, { cause });
}
