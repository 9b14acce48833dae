import { access, link, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
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

/**
 * Tells before a minute of work is spent on it that a file cannot be written.
 *
 * @throws PersonaGuardError "output-unwritable"
 */
export async function refuseOut({
  out,
  force,
}: {
  readonly out: string;
  readonly force?: true;
}): Promise<void> {
  const isThere = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    );
  if (!force && (await isThere(out))) throw alreadyThere(out);
  if (!(await isThere(dirname(out))))
    throw new PersonaGuardError(
      "output-unwritable",
      `There is no folder ${dirname(out)} to write ${out} into.`,
    );
}

function alreadyThere(file: string, cause?: unknown): PersonaGuardError {
  const message = `${file} already exists; nothing was written. Use --force to overwrite.`;
  return new PersonaGuardError("output-unwritable", message, { cause });
}

function unwritable(file: string, cause: unknown): PersonaGuardError {
  return new PersonaGuardError("output-unwritable", `Cannot write ${file}: ${messageOf(cause)}.`, { cause });
}
