import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import { isKnown, readerFor } from "./formats.js";
import { recordsOf, type TraceFile } from "./records.js";
import type { TraceReader } from "./trace.js";

/** Records looked at to tell a format: one broken or odd row at the start must not hide it. */
const recordsPeeked = 10;
/** Records looked at when none of those tells: the spans of other parts of a service may come first. */
const mostPeeked = 1_000;

/** A trace file with the reader for its format. */
export interface Trace {
  readonly file: TraceFile;
  readonly reader: TraceReader;
}

/** A file in a given folder that holds no trace, and why. */
export interface SkippedFile {
  readonly file: string;
  readonly reason: string;
}

export interface FoundTraces {
  readonly traces: readonly Trace[];
  readonly skipped: readonly SkippedFile[];
}

/**
 * The traces among files and folders. Folders are walked recursively in the order of names, hidden entries left out; a file in
 * them that is no trace is skipped with its reason, a file that was named itself is an error.
 *
 * @throws PersonaGuardError "trace-unreadable" or "trace-format-unknown"
 */
export async function findTraces(
  paths: readonly string[],
  { format = "auto" }: { /** Name of a reader, or "auto". */ readonly format?: string } = {},
): Promise<FoundTraces> {
  const traces: Trace[] = [];
  const skipped: SkippedFile[] = [];
  for (const path of paths) {
    const found = await statOf(path);
    if (!found.isDirectory()) {
      traces.push(await traceAt({ path, name: path, bytes: found.size }, format));
      continue;
    }
    for await (const name of filesUnder(path)) {
      const trace = await traceOrReason(name, format);
      if ("reason" in trace) skipped.push(trace);
      else traces.push(trace);
    }
  }
  if (traces.length === 0) throw noTraces(paths, skipped);
  return { traces, skipped };
}

async function statOf(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    throw cannotRead(path, error);
  }
}

async function* filesUnder(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw cannotRead(folder, error);
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) yield* filesUnder(join(folder, entry.name));
    else yield join(folder, entry.name);
  }
}

async function traceOrReason(name: string, format: string): Promise<Trace | SkippedFile> {
  if (!/\.(json|jsonl|ndjson|traj)$/i.test(name))
    return { file: name, reason: `${name}: none of .json, .jsonl, .ndjson, .traj.` };
  try {
    return await traceAt({ path: name, name, bytes: (await statOf(name)).size }, format);
  } catch (error) {
    if (!(error instanceof PersonaGuardError) || error.code === "options-invalid") throw error;
    return { file: name, reason: error.message };
  }
}

async function traceAt(file: TraceFile, format: string): Promise<Trace> {
  const values: unknown[] = [];
  let firstFault: string | undefined;
  let seen = 0;
  for await (const item of recordsOf(file)) {
    seen += 1;
    if (item.found === "unreadable") firstFault ??= item.what;
    else if (seen <= recordsPeeked || isKnown(item.value, format)) values.push(item.value);
    const isTold = seen >= recordsPeeked && values.some((value) => isKnown(value, format));
    if (isTold || seen === mostPeeked) break;
  }
  if (values.length === 0)
    throw new PersonaGuardError(
      "trace-unreadable",
      `${file.name}: none of its first ${seen} records can be read; the first ${firstFault ?? "are blank"}.`,
    );
  return { file, reader: readerFor(values, format, file.name) };
}

function noTraces(paths: readonly string[], skipped: readonly SkippedFile[]): PersonaGuardError {
  const reasons = skipped.slice(0, 5).map(({ reason }) => `\n  ${reason}`);
  const more = skipped.length > 5 ? `\n  … and ${skipped.length - 5} more` : "";
  return new PersonaGuardError(
    "trace-unreadable",
    `No trace found in ${paths.join(", ")}; ${skipped.length} files were looked at.${reasons.join("")}${more}`,
  );
}

function cannotRead(path: string, cause: unknown): PersonaGuardError {
  return new PersonaGuardError("trace-unreadable", `${path} cannot be read: ${messageOf(cause)}.`, { cause });
}
