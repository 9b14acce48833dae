import { appendFile, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { flattering, folderWith, personaGuard } from "../testing.js";

let cwd = "";
beforeEach(async () => {
  cwd = await folderWith({
    "persona.yaml": "name: clerk\n",
    "t.jsonl": JSON.stringify({ text: flattering }),
  });
  await personaGuard(["replay", "t.jsonl", "-p", "persona.yaml", "-t", "lexical", "-o", "run"], { cwd });
});

test("the report is made anew from the results, the same as the replay made it", async () => {
  const file = join(cwd, "run", "report.html");
  const made = await readFile(file, "utf8");
  expect(made).toContain("honestly the best customer ever");
  await rm(file);
  const ran = await personaGuard(["report", "run"], { cwd });
  expect(ran).toEqual({ exitCode: 0, stdout: `${join("run", "report.html")}\n`, stderr: "" });
  expect(await readFile(file, "utf8")).toBe(made);
});

test("a line that is no row is named and left out", async () => {
  await appendFile(join(cwd, "run", "verdicts.jsonl"), '{"session": "s"}\n{half a li');
  const { exitCode, stderr } = await personaGuard(["report", "run"], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(/^run\/verdicts\.jsonl:2 is no verdict: .* at step .*\. Line left out\.\n/);
  expect(stderr).toContain("run/verdicts.jsonl:3 is no verdict: it is not valid JSON. Line left out.\n");
});

test.each(["verdicts.jsonl", "summary.json"])("a folder without %s is no folder of results", async (name) => {
  await rm(join(cwd, "run", name));
  const { exitCode, stderr } = await personaGuard(["report", "run"], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(`Cannot read run/${name}: ENOENT`);
  expect(stderr).toContain('Give the folder that "persona-guard replay --out" has written.');
});

test("a summary of another kind is refused", async () => {
  await writeFile(join(cwd, "run", "summary.json"), '{"schema": "other/1"}');
  const { stderr } = await personaGuard(["report", "run"], { cwd });
  expect(stderr).toContain("Cannot read run/summary.json: its schema is not persona-guard/replay-summary/1");
});
