import { appendFile, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { readCheckpoint } from "./checkpoint.js";
import { resumedRows } from "./resume.js";
import { Tally } from "./summary.js";
import { parseVerdictRow, type VerdictRow } from "./verdict-row.js";
import { ResultsWriter, resultFiles } from "./write-results.js";

const row: VerdictRow = {
  session: "s",
  step: "step-0",
  index: 0,
  outcome: "silent",
  sessionEValue: 1,
  sessionAlarm: false,
  utterances: [],
  source: { file: "t.jsonl", line: 1 },
};
const summary = new Tally().summary({
  persona: { name: "clerk", version: "1" },
  classifier: "none",
  criterion: { threshold: 0.5 },
  complete: true,
  seconds: 0,
  skippedFiles: [],
  warnings: [],
});
const at = { at: new Date("2026-03-01T12:00:00Z") };
const run = { persona: "clerk 1", "trace t.jsonl": "10 bytes" };
let folder = "";
let clock = 0;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "persona-guard-out-")), "a", "b");
  clock = 0;
});

const writer = () => ResultsWriter.open(folder, { run, now: () => clock });

async function rowsIn(rows: AsyncIterable<VerdictRow>): Promise<readonly VerdictRow[]> {
  const found: VerdictRow[] = [];
  for await (const one of rows) found.push(one);
  return found;
}

test("results appear whole under their names, in a folder that is made for them", async () => {
  const results = await writer();
  for (let count = 0; count < 5_000; count += 1) await results.add(row);
  expect(await readdir(folder)).not.toContain("verdicts.jsonl");
  await results.finish({ ...summary, gates: [] }, at);
  expect((await readdir(folder)).sort()).toEqual([...resultFiles].sort());
  const rows = (await readFile(join(folder, "verdicts.jsonl"), "utf8")).trimEnd().split("\n");
  expect(rows).toHaveLength(5_000);
  expect(parseVerdictRow(rows[0] ?? "", "row")).toEqual(row);
  expect(JSON.parse(await readFile(join(folder, "summary.json"), "utf8"))).toMatchObject({
    steps: { total: 0 },
  });
});

test("a replay that failed early leaves the results of the one before as they were", async () => {
  const first = await writer();
  await first.finish({ ...summary, gates: [] }, at);
  const second = await writer();
  await second.add(row);
  await second.close();
  expect((await readdir(folder)).sort()).toEqual([...resultFiles].sort());
  expect(await readFile(join(folder, "verdicts.jsonl"), "utf8")).toBe("");
});

test("after 5 seconds or 1,000 steps there is a checkpoint, and what was written after it is not counted", async () => {
  const results = await writer();
  await results.add({ ...row, step: "first" });
  expect(await readCheckpoint(folder, run)).toBeUndefined();
  clock = 5_000;
  await results.add({ ...row, step: "second" });
  expect(await readCheckpoint(folder, run)).toMatchObject({ steps: 2, seconds: 5 });
  for (let count = 0; count < 1_000; count += 1) await results.add(row);
  const checkpoint = await readCheckpoint(folder, run);
  expect(checkpoint).toMatchObject({ steps: 1_002 });
  await appendFile(join(folder, "verdicts.jsonl.part"), '{"session": "cut o');
  if (checkpoint === undefined) throw new Error("no checkpoint");
  expect(await rowsIn(resumedRows(folder, checkpoint))).toHaveLength(1_002);
  const again = await ResultsWriter.reopen(folder, checkpoint, { run, now: () => 0 });
  await again.add({ ...row, step: "last" });
  await again.finish({ ...summary, gates: [] }, at);
  const rows = (await readFile(join(folder, "verdicts.jsonl"), "utf8")).trimEnd().split("\n");
  expect(rows).toHaveLength(1_003);
  expect(JSON.parse(rows[1_002] ?? "")).toMatchObject({ step: "last" });
  expect(await readCheckpoint(folder, run)).toBeUndefined();
});

test.each([
  { now: { ...run, persona: "clerk 2" }, why: "its persona was clerk 1, now it is clerk 2" },
  { now: { ...run, "trace t.jsonl": "12 bytes" }, why: "trace t.jsonl has changed (10 bytes, now 12 bytes)" },
  { now: { ...run, "trace u.jsonl": "1 bytes" }, why: "trace u.jsonl is new" },
  { now: { persona: "clerk 1" }, why: "trace t.jsonl is missing" },
])("a checkpoint of another run is refused: $why", async ({ now, why }) => {
  const results = await writer();
  clock = 5_000;
  await results.add(row);
  await results.close();
  await expect(readCheckpoint(folder, now)).rejects.toMatchObject({
    code: "checkpoint-mismatch",
    message: expect.stringContaining(why),
  });
});

test.each([
  { name: "a checkpoint that is no JSON", file: "checkpoint.json", content: "{" },
  { name: "a checkpoint of another shape", file: "checkpoint.json", content: '{"schema": "other"}' },
])("$name is refused", async ({ file, content }) => {
  const results = await writer();
  await writeFile(join(folder, file), content);
  await expect(readCheckpoint(folder, run)).rejects.toMatchObject({ code: "checkpoint-unreadable" });
  await results.close();
});

test("verdicts that are fewer than the checkpoint counts are refused", async () => {
  const results = await writer();
  clock = 5_000;
  await results.add(row);
  await results.close();
  await expect(rowsIn(resumedRows(folder, { steps: 2, bytes: 10_000 }))).rejects.toMatchObject({
    code: "checkpoint-unreadable",
    message: expect.stringContaining("holds 1 of the 2 steps"),
  });
});

test("a folder that cannot be made is said before anything is judged", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "persona-guard-out-")), "file");
  await writeFile(file, "");
  await expect(ResultsWriter.open(file, { run, now: () => 0 })).rejects.toMatchObject({
    code: "output-unwritable",
    message: expect.stringMatching(
      /^Cannot write results into .*file: EEXIST.*Give another folder with --out\.$/,
    ),
  });
});
