import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { messageOf, PersonaGuardError } from "@persona-guard/core";

/**
 * The files among files and folders: of a folder, its JSONL files, hidden ones left out, oldest first by their names.
 *
 * @throws PersonaGuardError "input-unreadable" if a path is not there
 */
export async function eventFiles(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(filesAt));
  return [...new Set(found.flat())].sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
}

async function filesAt(path: string): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = await readdir(path);
    return names.filter((name) => /^[^.].*\.(jsonl|ndjson)$/i.test(name)).map((name) => join(path, name));
  } catch (cause) {
    throw new PersonaGuardError("input-unreadable", `${path} cannot be read: ${messageOf(cause)}.`, {
      cause,
    });
  }
}
