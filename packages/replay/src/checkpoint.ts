import { access, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";
import { differenceBetween, type RunIdentity } from "./run-identity.js";

const fileName = "checkpoint.json";
const sessionsPerPiece = 100;

const checkpointSchema = z.object({
  schema: z.literal("persona-guard/replay-checkpoint/1"),
  run: z.record(z.string(), z.string()),
  steps: z.int().min(0),
  bytes: z.int().min(0),
  seconds: z.number().min(0),
  // Each snapshot is read by the guard that goes on with it.
  sessions: z.array(z.tuple([z.string(), z.unknown()])),
});

/** How far a replay has come: what must be known, beside the verdicts written so far, to go on as if it had never stopped. */
export interface Checkpoint {
  readonly run: RunIdentity;
  /** Steps judged and written, from the first step of the traces on. */
  readonly steps: number;
  /** Of verdicts.jsonl, the bytes that hold those steps. */
  readonly bytes: number;
  readonly seconds: number;
  /** Snapshots of open sessions by name, the least recently judged first. */
  readonly sessions: readonly (readonly [string, unknown])[];
}

/** Replaces the checkpoint of a folder at once or not at all, and on the disk before this returns. */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const draft = join(folder, `${fileName}.part`);
  await mkdir(folder, { recursive: true });
  const file = await open(draft, "w");
  try {
    await writeFile(file, jsonOf(checkpoint));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(folder, fileName));
}

/** In pieces: thousands of sessions as one text would be what a long replay's memory grows by. */
function* jsonOf({ sessions, ...others }: Checkpoint): Generator<string> {
  yield `${JSON.stringify({ schema: "persona-guard/replay-checkpoint/1", ...others }).slice(0, -1)},"sessions":[`;
  for (let from = 0; from < sessions.length; from += sessionsPerPiece) {
    const piece = JSON.stringify(sessions.slice(from, from + sessionsPerPiece)).slice(1, -1);
    yield from === 0 ? piece : `,${piece}`;
  }
  yield "]}";
}

/**
 * The checkpoint of a folder, if there is one.
 *
 * @throws PersonaGuardError "checkpoint-unreadable"; "checkpoint-mismatch" if it is of another run than `run`
 */
export async function readCheckpoint(folder: string, run: RunIdentity): Promise<Checkpoint | undefined> {
  const path = join(folder, fileName);
  let content: string;
  try {
    content = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw unreadable(path, messageOf(error), error);
  }
  const checkpoint = checkpointIn(content, path);
  const difference = differenceBetween(checkpoint.run, run);
  if (difference === undefined) return checkpoint;
  throw new PersonaGuardError(
    "checkpoint-mismatch",
    `The replay in ${folder} cannot be resumed: ${difference}. Give what it was begun with, or leave out --resume to start anew.`,
  );
}

export async function hasCheckpoint(folder: string): Promise<boolean> {
  return access(join(folder, fileName)).then(
    () => true,
    () => false,
  );
}

export async function removeCheckpoint(folder: string): Promise<void> {
  for (const name of [fileName, `${fileName}.part`]) await rm(join(folder, name), { force: true });
}

function checkpointIn(content: string, path: string): Checkpoint {
  try {
    return checkpointSchema.parse(JSON.parse(content));
  } catch (error) {
    throw unreadable(
      path,
      error instanceof z.ZodError ? z.prettifyError(error) : "it is not valid JSON",
      error,
    );
  }
}

function unreadable(path: string, why: string, cause: unknown): PersonaGuardError {
  return new PersonaGuardError(
    "checkpoint-unreadable",
    `${path} cannot be read: ${why}. Leave out --resume to start anew.`,
    { cause },
  );
}
