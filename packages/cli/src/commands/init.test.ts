import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { flattering, folderWith, personaGuard, plain, rowsIn } from "../testing.js";

test("what init writes works at once, as it stands", async () => {
  const cwd = await folderWith();
  const written = await personaGuard(["init", "--name", 'Ann "the clerk": #1'], { cwd });
  expect(written).toMatchObject({
    exitCode: 0,
    stdout: "Wrote persona.yaml\nWrote persona-guard.config.yaml\n",
  });
  const stdin = [plain, flattering].map((text) => JSON.stringify({ text })).join("\n");
  const scored = await personaGuard(["score", "-"], { cwd, stdin });
  expect(rowsIn(scored.stdout).map(({ outcome }) => outcome)).toEqual(["in-persona", "drifted"]);
  await writeFile(join(cwd, "steps.jsonl"), stdin);
  const replayed = await personaGuard(["replay", "steps.jsonl", "--json"], { cwd });
  expect(JSON.parse(replayed.stdout).persona.name).toBe('Ann "the clerk": #1');
});

test("every line that is commented out is valid when it is turned on", async () => {
  const cwd = await folderWith();
  await personaGuard(["init"], { cwd });
  const turnedOn = async (file: string, besides: RegExp) => {
    const content = await readFile(join(cwd, file), "utf8");
    // Settings in comments begin with a name and a colon; explanations do not.
    const lines = content.split("\n").filter((line) => !besides.test(line));
    await writeFile(
      join(cwd, file),
      lines.map((line) => line.replace(/^# (?=( *- | *[\w*]+:( |$)))/, "")).join("\n"),
    );
  };
  await turnedOn("persona.yaml", /^# {3}\w+, /);
  await turnedOn("persona-guard.config.yaml", /^# (model|threshold|calibration):/);
  const { exitCode, stderr } = await personaGuard(["score", "-"], { cwd, stdin: plain });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});

test("files that are there are not overwritten, unless that is asked for", async () => {
  const cwd = await folderWith({ "persona.yaml": "name: mine\n" });
  const refused = await personaGuard(["init"], { cwd });
  expect(refused).toEqual({
    exitCode: 2,
    stdout: "",
    stderr: "persona-guard: persona.yaml already exists; nothing was written. Use --force to overwrite.\n",
  });
  expect(await readFile(join(cwd, "persona.yaml"), "utf8")).toBe("name: mine\n");
  expect(await personaGuard(["init", "--force"], { cwd })).toMatchObject({ exitCode: 0 });
  expect(await readFile(join(cwd, "persona.yaml"), "utf8")).toContain('name: "support-agent"');
});
