import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { readRun } from "./read-run.js";

let folder = "";
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "persona-guard-run-")), "v41");
  await mkdir(folder);
});

async function unitsOf(
  sessions: readonly { readonly session: string; readonly file: string }[],
  scenario?: RegExp,
): Promise<readonly string[]> {
  const utterances = [{ kind: "chat", outcome: "in-persona", confidence: 0.9, label: "neutral" }];
  const rows = sessions.map(({ session, file }) => JSON.stringify({ session, source: { file }, utterances }));
  await writeFile(join(folder, "verdicts.jsonl"), rows.join("\n"));
  const { texts } = await readRun(folder, scenario === undefined ? {} : { scenario });
  return texts.map(({ unit }) => unit);
}

test("sessions named by their trace file have one name in any folder", async () => {
  const units = await unitsOf([
    { file: "traces/v41/air.json", session: "traces/v41/air.json#task-1" },
    { file: "traces/v41/more/rail.json", session: "traces/v41/more/rail.json#task-1" },
    { file: "traces/v41/more/rail.json", session: "a-name-of-its-own" },
  ]);
  expect(units).toEqual(["air.json#task-1", "more/rail.json#task-1", "a-name-of-its-own"]);
});

test("files that share no folder keep their names", async () => {
  const files = ["a/x.json", "b/x.json"];
  expect(await unitsOf(files.map((file) => ({ file, session: file })))).toEqual(files);
});

test("a scenario's sessions are one unit, by the first group of the pattern; others stay as they are", async () => {
  const sessions = ["run-1/task-7", "run-2/task-7", "run-3"].map((session) => ({ session, file: "x.json" }));
  expect(await unitsOf(sessions, /task-(\d+)/)).toEqual(["7", "7", "run-3"]);
});

test("a run is called by its folder; what summary.json says must be a summary", async () => {
  await unitsOf([{ file: "x.json", session: "s" }]);
  expect(await readRun(folder)).toMatchObject({ name: "v41", summary: undefined, faults: [] });
  await writeFile(join(folder, "summary.json"), "{}");
  await expect(readRun(folder)).rejects.toMatchObject({
    code: "run-unreadable",
    message: expect.stringMatching(/summary\.json is no summary of a replay\. Give the folder/),
  });
});
