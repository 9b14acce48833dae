import { mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { Tally } from "./summary.js";
import type { VerdictRow } from "./verdict-row.js";
import { ResultsWriter } from "./write-results.js";

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
let folder = "";
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "persona-guard-out-")), "a", "b");
});

test("results appear whole under their names, in a folder that is made for them", async () => {
  const writer = await ResultsWriter.open(folder);
  for (let count = 0; count < 5_000; count += 1) await writer.add(row);
  expect(await readdir(folder)).not.toContain("verdicts.jsonl");
  await writer.finish({ ...summary, gates: [] });
  expect((await readdir(folder)).sort()).toEqual(["summary.json", "verdicts.jsonl"]);
  const rows = (await readFile(join(folder, "verdicts.jsonl"), "utf8")).trimEnd().split("\n");
  expect(rows).toHaveLength(5_000);
  expect(JSON.parse(rows[0] ?? "")).toEqual(row);
  expect(JSON.parse(await readFile(join(folder, "summary.json"), "utf8"))).toMatchObject({
    steps: { total: 0 },
  });
});

test("a replay that failed leaves the results of the one before as they were", async () => {
  const first = await ResultsWriter.open(folder);
  await first.finish({ ...summary, gates: [] });
  const second = await ResultsWriter.open(folder);
  await second.add(row);
  await second.discard();
  expect((await readdir(folder)).sort()).toEqual(["summary.json", "verdicts.jsonl"]);
  expect(await readFile(join(folder, "verdicts.jsonl"), "utf8")).toBe("");
});

test("a folder that cannot be made is said before anything is judged", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "persona-guard-out-")), "file");
  await writeFile(file, "");
  await expect(ResultsWriter.open(file)).rejects.toMatchObject({
    code: "output-unwritable",
    message: expect.stringMatching(
      /^Cannot write results into .*file: EEXIST.*Give another folder with --out\.$/,
    ),
  });
});
