import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";
import { expiredFiles } from "../log-files.js";
import { RollingFile } from "../rolling-file.js";
import type { Notice } from "./alert.js";

const prefix = "dead-letters";

const letterSchema = z.object({
  schema: z.literal("persona-guard/dead-letter/1"),
  target: z.string(),
  at: z.string(),
  attempts: z.number(),
  fault: z.string(),
  notice: z.looseObject({ schema: z.literal("persona-guard/alert/1"), id: z.string() }),
});
const receiptSchema = z.object({
  schema: z.literal("persona-guard/dead-letter-delivered/1"),
  target: z.string(),
  id: z.string(),
});
const lineSchema = z.discriminatedUnion("schema", [letterSchema, receiptSchema]);

export interface DeadLetter {
  readonly target: string;
  readonly at: string;
  readonly attempts: number;
  readonly fault: string;
  readonly notice: Notice;
}

export interface DeadLettersOptions {
  readonly now?: () => number;
  readonly onFault?: (error: PersonaGuardError) => void;
}

/**
 * Notices that could not be delivered, on disk until they are. Lines are only ever added, each process to files of its own: a
 * letter, and later its receipt. So a redelivery needs no agreement with processes that go on writing letters.
 */
export class DeadLetters {
  readonly #file: RollingFile;
  readonly #now: () => number;

  /** @throws PersonaGuardError "output-unwritable" */
  constructor(
    readonly folder: string,
    { now = Date.now, onFault }: DeadLettersOptions = {},
  ) {
    this.#now = now;
    this.#file = new RollingFile({ folder, prefix, now, ...(onFault === undefined ? {} : { onFault }) });
  }

  add({ target, notice, attempts, fault }: Omit<DeadLetter, "at">): void {
    const at = new Date(this.#now()).toISOString();
    this.#write({ schema: "persona-guard/dead-letter/1", target, at, attempts, fault, notice });
  }

  markDelivered({ target, notice }: Pick<DeadLetter, "target" | "notice">): void {
    this.#write({ schema: "persona-guard/dead-letter-delivered/1", target, id: notice.id });
  }

  close(): void {
    this.#file.close();
  }

  #write(line: object): void {
    this.#file.write(`${JSON.stringify(line)}\n`);
  }
}

/**
 * The letters of a folder that have no receipt, oldest first, and the lines that cannot be read.
 *
 * @throws PersonaGuardError "input-unreadable"
 */
export async function outstandingLetters(
  folder: string,
): Promise<{ readonly letters: readonly DeadLetter[]; readonly faults: readonly string[] }> {
  const letters = new Map<string, DeadLetter>();
  const delivered = new Set<string>();
  const faults: string[] = [];
  for (const name of await filesIn(folder)) {
    const lines = (await readFile(join(folder, name), "utf8")).split("\n");
    for (const [index, text] of lines.entries()) {
      if (text === "") continue;
      const line = lineSchema.safeParse(jsonOf(text));
      if (!line.success) faults.push(`${join(folder, name)}:${index + 1} is no dead letter. Line skipped.`);
      else if (line.data.schema === "persona-guard/dead-letter-delivered/1")
        delivered.add(keyOf(line.data.target, line.data.id));
      // Its notice was written by this package, as its schema says; receivers read it, not we.
      else letters.set(keyOf(line.data.target, line.data.notice.id), line.data as unknown as DeadLetter);
    }
  }
  return { letters: [...letters].filter(([key]) => !delivered.has(key)).map(([, letter]) => letter), faults };
}

/** Removes the files of former days; only for a folder without outstanding letters. */
export async function removeDelivered(folder: string, now: number): Promise<void> {
  const expired = expiredFiles(await filesIn(folder), { prefix, now, closed: new Set(), keepDays: 0 });
  for (const name of expired) await rm(join(folder, name), { force: true });
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.startsWith(`${prefix}-`) && name.endsWith(".jsonl")).sort();
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return []; // nothing ever failed
    throw new PersonaGuardError("input-unreadable", `${folder} cannot be read: ${messageOf(cause)}.`, {
      cause,
    });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no letter either, which is what the caller says
  }
}

function keyOf(target: string, id: string): string {
  return JSON.stringify([target, id]);
}
