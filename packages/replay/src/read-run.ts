import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { kinds, messageOf, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";
import type { ComparedText } from "./compare-questions.js";
import { linesOf } from "./lines.js";
import { parseJson } from "./parse-json.js";
import { placeName } from "./trace.js";

const rowsFile = "verdicts.jsonl";

const rowSchema = z.object({
  session: z.string(),
  source: z.object({ file: z.string() }).optional(),
  utterances: z.array(
    z.object({
      kind: z.enum(kinds),
      outcome: z.enum(["in-persona", "drifted", "undecided", "unscored"]),
      confidence: z.number().optional(),
      label: z.string().optional(),
    }),
  ),
});
type Row = z.infer<typeof rowSchema>;

const summarySchema = z.object({
  persona: z.object({ name: z.string(), version: z.string() }),
  classifier: z.string(),
  criterion: z.union([z.object({ falseAlarmRate: z.number() }), z.object({ threshold: z.number() })]),
  complete: z.boolean(),
});

/** What a replay left behind, as far as a comparison needs it. */
export interface Run {
  /** The name of its folder, or of its file where that is called otherwise than a replay calls it. */
  readonly name: string;
  readonly file: string;
  readonly texts: readonly ComparedText[];
  /** What summary.json says of who judged; undefined where there is none beside the verdicts. */
  readonly summary: Readonly<z.infer<typeof summarySchema>> | undefined;
  /** Lines that could not be read, by place; the others count. */
  readonly faults: readonly string[];
}

export interface ReadRunOptions {
  /** What it matches in a session's name, or its first group, names the scenario: sessions of one scenario belong together. */
  readonly scenario?: RegExp;
}

/**
 * The run that a replay wrote into a folder, or the verdicts.jsonl of one.
 *
 * Texts are grouped by session. A session that is named by its trace file loses the folder that all files of the run lie in, so
 * that the same traces of two releases, in two folders, have sessions of one name.
 *
 * @throws PersonaGuardError "run-unreadable"
 */
export async function readRun(path: string, { scenario }: ReadRunOptions = {}): Promise<Run> {
  const file = (await isFolder(path)) ? join(path, rowsFile) : path;
  const isNamedAsWritten = basename(file) === rowsFile;
  const { rows, faults } = await rowsOf(file);
  const texts = textsOf(rows, scenario);
  if (texts.length === 0)
    throw unreadable(
      file,
      `holds no judged text${faults.length > 0 ? `; the first fault: ${faults[0]}` : ""}`,
    );
  return {
    name: isNamedAsWritten ? basename(dirname(resolve(file))) : basename(file).replace(/\.jsonl$/, ""),
    file,
    texts,
    summary: isNamedAsWritten ? await summaryAt(join(dirname(file), "summary.json")) : undefined,
    faults,
  };
}

/**
 * Refuses to compare runs that were judged in different ways: a difference would say nothing of the agent.
 *
 * @throws PersonaGuardError "runs-mismatch"
 */
export function refuseMismatch(a: Pick<Run, "file" | "summary">, b: Pick<Run, "file" | "summary">): void {
  if (a.summary === undefined || b.summary === undefined) return;
  const [ofA, ofB] = [judgedBy(a.summary), judgedBy(b.summary)];
  const differing = Object.entries(ofA).flatMap(([what, value]) => {
    const other = Object.entries(ofB).find(([name]) => name === what)?.[1];
    return value === other ? [] : [`${what} ${value} and ${other}`];
  });
  if (differing.length === 0) return;
  throw new PersonaGuardError(
    "runs-mismatch",
    `${a.file} and ${b.file} were not judged alike: ${differing.join("; ")}. Replay the traces of one of them again, or compare ` +
      "them all the same with --allow-mismatch.",
  );
}

function judgedBy({ persona, classifier, criterion }: NonNullable<Run["summary"]>) {
  return {
    persona: `${persona.name} ${persona.version}`,
    classifier,
    criterion:
      "threshold" in criterion
        ? `threshold ${criterion.threshold}`
        : `false-alarm rate ${criterion.falseAlarmRate}`,
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw unreadable(path, `cannot be read: ${messageOf(error)}`, error);
  }
}

async function rowsOf(file: string): Promise<{ readonly rows: readonly Row[]; readonly faults: string[] }> {
  const rows: Row[] = [];
  const faults: string[] = [];
  try {
    for await (const { number, text, fault } of linesOf(file)) {
      if (fault === undefined && text.trim() === "") continue;
      const parsed = fault === undefined ? rowIn(text) : { fault };
      if ("row" in parsed) rows.push(parsed.row);
      else faults.push(`${placeName({ file, line: number })}: ${parsed.fault}. Line skipped.`);
    }
  } catch (error) {
    throw unreadable(file, `cannot be read: ${messageOf(error)}`, error);
  }
  return { rows, faults };
}

function rowIn(line: string): { readonly row: Row } | { readonly fault: string } {
  const parsed = parseJson(line);
  if ("fault" in parsed) return parsed;
  const read = rowSchema.safeParse(parsed.value);
  if (read.success) return { row: read.data };
  const fields = read.error.issues.map(({ path, message }) => `${path.join(".") || "(row)"}: ${message}`);
  return { fault: `is no row of ${rowsFile}: ${fields.join("; ")}` };
}

function textsOf(rows: readonly Row[], scenario: RegExp | undefined): readonly ComparedText[] {
  const folder = commonFolder(rows.flatMap(({ source }) => source?.file ?? []));
  return rows.flatMap(({ session, source, utterances }) => {
    const isNamedByFile = source !== undefined && session.startsWith(source.file);
    const own = isNamedByFile ? session.slice(folder.length) : session;
    const found = scenario?.exec(session);
    const unit = found?.[1] ?? found?.[0] ?? own;
    return utterances.map((utterance) => ({ ...utterance, unit }));
  });
}

/** "traces/v41/" of traces/v41/a.json and traces/v41/more/b.json; "" where they share none. */
function commonFolder(files: readonly string[]): string {
  const first = files[0] ?? "";
  let length = first.lastIndexOf("/") + 1;
  for (const file of files)
    while (!file.startsWith(first.slice(0, length))) length = first.lastIndexOf("/", length - 2) + 1;
  return first.slice(0, length);
}

async function summaryAt(path: string): Promise<Run["summary"]> {
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw unreadable(path, `cannot be read: ${messageOf(error)}`, error);
  }
  const parsed = parseJson(content);
  const read = "value" in parsed ? summarySchema.safeParse(parsed.value) : undefined;
  if (read?.success) return read.data;
  throw unreadable(path, "is no summary of a replay");
}

function unreadable(file: string, what: string, cause?: unknown): PersonaGuardError {
  return new PersonaGuardError(
    "run-unreadable",
    `${file} ${what}. Give the folder that "persona-guard replay --out" wrote, or its ${rowsFile}.`,
    { cause },
  );
}
