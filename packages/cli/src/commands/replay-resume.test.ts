import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { flattering, folderWith, personaGuard, plain } from "../testing.js";

const command = ["replay", "t.jsonl", "--persona", "persona.yaml", "--tier", "lexical"];
const stepCount = 4_000;

/** Steps of 300 sessions, side by side; those of every tenth session drift from their middle on. One line is broken. */
const lines = Array.from({ length: stepCount }, (_, at) => {
  const session = at % 300;
  const drifts = session % 10 === 0 && at > stepCount / 2;
  return JSON.stringify({
    session: `s${session}`,
    text: `${drifts ? flattering : plain} This is about file ${at}.`,
  });
});
const trace = [...lines.slice(0, 50), "{broken", ...lines.slice(50)].join("\n");

let uninterrupted = "";
beforeAll(async () => {
  uninterrupted = await newFolder();
  const ran = await personaGuard([...command, "--out", "out"], { cwd: uninterrupted });
  expect(ran).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("t.jsonl:51: is not valid JSON"),
  });
});

function newFolder(): Promise<string> {
  return folderWith({ "persona.yaml": "name: clerk\n", "t.jsonl": trace });
}

async function resultsIn(folder: string) {
  const { seconds, ...summary } = JSON.parse(await readFile(join(folder, "out", "summary.json"), "utf8"));
  expect(seconds).toBeGreaterThan(0);
  return { verdicts: await readFile(join(folder, "out", "verdicts.jsonl"), "utf8"), summary };
}

test("a replay that was killed in the middle goes on, and ends byte for byte as if it had not been", async () => {
  const cwd = await newFolder();
  await personaGuard([...command, "--out", "out", "--sample", "1"], { cwd }); // makes the folder
  const checkpoint = join(cwd, "out", "checkpoint.json");
  const killed = await personaGuard([...command, "--out", "out"], { cwd, killAtFile: checkpoint });
  expect(killed.exitCode).toBeNull();
  const { steps } = JSON.parse(await readFile(checkpoint, "utf8"));
  expect(steps).toBeGreaterThanOrEqual(1_000);
  expect(steps).toBeLessThan(stepCount);

  const resumed = await personaGuard([...command, "--out", "out", "--resume"], { cwd });
  expect(resumed.stderr).toContain(`Resuming after ${steps} steps.`);
  expect(resumed.exitCode).toBe(2); // for the broken line, as without a break
  expect(await resultsIn(cwd)).toEqual(await resultsIn(uninterrupted));
  expect((await readdir(join(cwd, "out"))).sort()).toEqual([
    "junit.xml",
    "report.html",
    "summary.json",
    "verdicts.jsonl",
  ]);
});

test("after Ctrl-C the partial result is valid, says how to go on, and is finished by --resume", async () => {
  const cwd = await newFolder();
  const interrupted = await personaGuard([...command, "--out", "out"], { cwd, interruptAt: "Judging" });
  expect(interrupted.exitCode).toBe(130);
  expect(interrupted.stderr).toContain("To go on: the same command with --resume.");
  const partial = await resultsIn(cwd);
  expect(partial.summary.complete).toBe(false);
  expect((await resultsIn(uninterrupted)).verdicts.startsWith(partial.verdicts)).toBe(true);

  expect(await personaGuard([...command, "--out", "out", "--resume"], { cwd })).toMatchObject({
    exitCode: 2,
  });
  expect(await resultsIn(cwd)).toEqual(await resultsIn(uninterrupted));
});

test("a replay is resumed only with what it was begun with", async () => {
  const cwd = await newFolder();
  await writeFile(join(cwd, "other.yaml"), "name: clerk\navoids: [humor]\n");
  await copyFile(join(cwd, "t.jsonl"), join(cwd, "u.jsonl"));
  await personaGuard([...command, "--out", "out"], { cwd, interruptAt: "Judging" });
  const resumed = async (...args: string[]) => personaGuard([...args, "--out", "out", "--resume"], { cwd });
  const refusals = [
    { args: [...command, "--persona", "other.yaml"], why: "its persona was" },
    {
      args: [...command, "--false-alarm-rate", "0.05"],
      why: 'its criterion was {"falseAlarmRate":0.01}, now it is {"falseAlarmRate":0.05}',
    },
    { args: [...command, "--threshold", "0.5"], why: 'now it is {"threshold":0.5}' },
    { args: [...command, "--sample", "10"], why: "its sample was null, now it is 10" },
    { args: command.map((word) => (word === "t.jsonl" ? "u.jsonl" : word)), why: "trace t.jsonl is missing" },
  ];
  for (const { args, why } of refusals) {
    const { exitCode, stderr } = await resumed(...args);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`The replay in out cannot be resumed: `);
    expect(stderr).toContain(why);
  }
  const anew = await personaGuard([...command, "--sample", "1", "--out", "out"], { cwd });
  expect(anew.stderr).toContain("out holds an interrupted replay, which this one replaces");
  expect(await resumed(...command, "--sample", "1")).toMatchObject({
    stderr: expect.stringContaining("out holds no interrupted replay; starting from the beginning."),
  });
  expect(await personaGuard([...command, "--resume"], { cwd })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("--resume needs the folder of the interrupted replay: give --out DIR."),
  });
});

test("a sample judges whole sessions, the same for a seed, and says of how many", async () => {
  const cwd = await newFolder();
  const sampled = async (seed: string) =>
    personaGuard([...command, "--sample", "7", "--seed", seed, "--json"], { cwd });
  const first = JSON.parse((await sampled("1")).stdout);
  expect(first).toMatchObject({
    sample: { sessions: 7, of: 300, seed: 1 },
    sessions: { total: 7 },
    steps: { total: expect.any(Number) },
  });
  const again = JSON.parse((await sampled("1")).stdout);
  expect({ ...again, seconds: 0 }).toEqual({ ...first, seconds: 0 });
  expect((await sampled("2")).stdout).toContain('"seed": 2');
});
