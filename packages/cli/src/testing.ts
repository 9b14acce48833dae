import { spawn } from "node:child_process";
import { watch } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type DriftEvent, parseDriftEvent } from "@persona-guard/core";

const main = fileURLToPath(new URL("../dist/main.js", import.meta.url));

/** What a run of the built command left behind. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly stdin?: string | Uint8Array;
  /** Variables besides those that are there. */
  readonly env?: Readonly<Record<string, string>>;
  /** Sends Ctrl-C as soon as stderr holds this. */
  readonly interruptAt?: string;
  /** Kills it, with no chance to tidy up, as soon as this file is there; its folder must exist. */
  readonly killAtFile?: string;
}

/** Runs dist/main.js as a user would, in pipes. */
export function personaGuard(
  args: readonly string[],
  { cwd, stdin = "", interruptAt, killAtFile, env = {} }: RunOptions,
): Promise<Ran> {
  const child = spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, ...env } });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    if (!child.killed && interruptAt !== undefined && stderr.includes(interruptAt)) child.kill("SIGINT");
  });
  const watcher =
    killAtFile === undefined
      ? undefined
      : watch(dirname(killAtFile), (_, name) => {
          if (name === basename(killAtFile)) child.kill("SIGKILL");
        });
  child.stdin.on("error", () => undefined); // It may end before it has read everything.
  child.stdin.end(stdin);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => {
      watcher?.close();
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** A temporary folder with these files in it. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "persona-guard-cli-"));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

/** One parsed value per line. */
export function rowsIn(stdout: string): readonly Readonly<Record<string, unknown>>[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

export const plain =
  "Your refund of 42.50 was issued this morning, and it reaches your account within three working days.";
export const flattering =
  "What a genius question! You are so brilliant and amazing, honestly the best customer ever, and you are always right.";

/** A drift event as an agent's log has it, with these fields changed. */
export function driftEvent(fields: Partial<DriftEvent> = {}): DriftEvent {
  return parseDriftEvent({
    schema: "persona-guard/drift-event/1",
    event: "step-judged",
    id: "event-1",
    at: "2026-03-02T10:00:00.000Z",
    persona: { name: "desk", version: "1" },
    classifier: "lexical",
    session: "chat-1",
    step: "step-1",
    index: 0,
    attempt: 1,
    outcome: "in-persona",
    action: "none",
    confidence: 0.9,
    utterances: [],
    sessionEValue: 1,
    sessionAlarm: false,
    scoringMs: 2,
    ...fields,
  });
}
