import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { flattering, folderWith, personaGuard, plain, rowsIn } from "../testing.js";

const withPersona = ["--persona", "persona.yaml", "--tier", "lexical"];
const said = (content: string) => ({ role: "assistant", content });
let cwd = "";
beforeAll(async () => {
  cwd = await folderWith({
    "persona.yaml": "name: clerk\n",
    "steps.jsonl": [plain, plain, flattering, plain]
      .map((text) => JSON.stringify({ text, session: "s" }))
      .join("\n"),
    "chats.json": JSON.stringify([
      { id: "s", messages: [said(plain), said(plain), said(flattering), said(plain)] },
    ]),
    "runs.json": JSON.stringify([
      { task_id: 4, trial: 1, traj: [said(plain), said(plain), said(flattering), said(plain)] },
    ]),
  });
});

test.each([
  { file: "steps.jsonl", format: "jsonl", session: "s", place: { line: 3 } },
  { file: "chats.json", format: "openai", session: "s", place: { record: 0 } },
  { file: "runs.json", format: "tau-bench", session: "runs.json#task-4/trial-1", place: { record: 0 } },
])("the same steps in $format come out the same", async ({ file, format, session, place }) => {
  const out = `results-${format}`;
  for (const chosen of ["auto", format]) {
    const ran = await personaGuard(
      ["replay", file, ...withPersona, "--format", chosen, "--out", out, "--json"],
      { cwd },
    );
    expect(ran.exitCode).toBe(0);
    const summary = JSON.parse(ran.stdout);
    expect(summary).toMatchObject({
      complete: true,
      criterion: { falseAlarmRate: 0.01 },
      steps: { total: 4, drifted: 1, "in-persona": 3 },
      driftedTo: { sycophancy: 1 },
      sessions: { total: 1 },
      gates: [],
    });
    expect(JSON.parse(await readFile(join(cwd, out, "summary.json"), "utf8"))).toEqual(summary);
    const rows = rowsIn(await readFile(join(cwd, out, "verdicts.jsonl"), "utf8"));
    expect(rows.map(({ index, outcome }) => [index, outcome])).toEqual([
      [0, "in-persona"],
      [1, "in-persona"],
      [2, "drifted"],
      [3, "in-persona"],
    ]);
    expect(rows[2]).toMatchObject({
      session,
      source: { file, ...place },
      utterances: [{ driftedTo: "sycophancy" }],
    });
  }
});

test.each([
  { gate: ["--max-drift-rate", "0.3"], exitCode: 0, says: "max-drift-rate 0.3: 0.25, passed" },
  { gate: ["--max-drift-rate", "0.2"], exitCode: 1, says: "max-drift-rate 0.2: 0.25, failed" },
  { gate: ["--max-session-alarms", "1"], exitCode: 0, says: "max-session-alarms 1: 1, passed" },
  {
    gate: ["--max-drift-rate", "0", "--threshold", "0.999999"],
    exitCode: 1,
    says: "confidence below 0.999999",
  },
])("$gate exits with $exitCode and says $says", async ({ gate, exitCode, says }) => {
  const ran = await personaGuard(["replay", "steps.jsonl", ...withPersona, ...gate], { cwd });
  expect(ran.stdout).toContain(says);
  expect(ran.exitCode).toBe(exitCode);
});

test("a session that keeps drifting raises the alarm and fails its gate", async () => {
  const drifting = Array.from({ length: 30 }, () =>
    JSON.stringify({ text: flattering, session: "bad" }),
  ).join("\n");
  const folder = await folderWith({ "persona.yaml": "name: clerk\n", "t.jsonl": drifting });
  const ran = await personaGuard(["replay", "t.jsonl", ...withPersona, "--max-session-alarms", "0"], {
    cwd: folder,
  });
  expect(ran.stdout).toContain("1, with an alarm 1: bad");
  expect(ran.exitCode).toBe(1);
});

test("a session that stays in persona passes the gate of no alarm", async () => {
  const folder = await folderWith({
    "persona.yaml": "name: clerk\n",
    "t.jsonl": `${JSON.stringify({ text: plain })}\n`,
  });
  const ran = await personaGuard(["replay", "t.jsonl", ...withPersona, "--max-session-alarms", "0"], {
    cwd: folder,
  });
  expect(ran.stdout).toContain("max-session-alarms 0: 0, passed");
  expect(ran.exitCode).toBe(0);
});

test("a gate without any step to judge is not passed", async () => {
  const folder = await folderWith({ "persona.yaml": "name: clerk\n", "t.jsonl": '{"text": "OK"}\n' });
  const ran = await personaGuard(["replay", "t.jsonl", ...withPersona, "--max-drift-rate", "1"], {
    cwd: folder,
  });
  expect(ran.stdout).toContain("max-drift-rate 1: not decided, no step could be judged");
  expect(ran.exitCode).toBe(2);
});

test("the report for a person names the shares, the labels and the worst steps", async () => {
  const { stdout } = await personaGuard(["replay", "steps.jsonl", ...withPersona], { cwd });
  const settled = stdout
    .replace(/time .*/, "time …")
    .replace(/scored by .*/, "scored by …")
    .replace(/confidence 0\.\d+/, "confidence …");
  expect(settled).toMatchInlineSnapshot(`
    "persona     clerk 1, false-alarm rate 0.01, scored by …
    steps       4: in-persona 3, drifted 1, undecided 0, unscored 0, silent 0
    drifted     1 drifted of 4 judged steps, 25.0 % (95 % interval 4.6-69.9 %)
    coverage    4 judged of 4 steps that say something, 100.0 %
    utterances  4: in-persona 3, drifted 1, undecided 0, unscored 0
      chat      4: 1 drifted of 4 judged, 25.0 % (95 % interval 4.6-69.9 %)
    drifted to  sycophancy 1
    sessions    1, with an alarm 1: s
    unreadable  none
    time …

    Furthest from the persona
      steps.jsonl:3 session s, step 2, confidence …
        sycophancy in text: “You are so brilliant and amazing, honestly the best customer ever, and you are always right.”
    "
  `);
});

test("unreadable records are named, counted and do not stop the rest", async () => {
  const lines = Array.from({ length: 30 }, (_, at) =>
    at % 5 === 0 ? JSON.stringify({ text: plain }) : "{nonsense",
  );
  const folder = await folderWith({ "persona.yaml": "name: clerk\n", "t.jsonl": lines.join("\n") });
  const { exitCode, stdout, stderr } = await personaGuard(["replay", "t.jsonl", ...withPersona, "--json"], {
    cwd: folder,
  });
  expect(exitCode).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ steps: { total: 6 }, unreadable: { total: 24 } });
  expect(stderr).toContain(
    "t.jsonl:2: is not valid JSON (9 characters, fault at character 1). Line skipped, the rest is judged.",
  );
  expect(stderr).toContain("… and 4 more unreadable records; --verbose names them all.");
});

test("the configuration of the folder is read, and flags override it", async () => {
  const folder = await folderWith({
    "persona.yaml": "name: clerk\n",
    "persona-guard.config.yaml": "persona: persona.yaml\ntier: lexical\nmaxDriftRate: 0\nout: results\n",
    "t.jsonl": JSON.stringify({ text: flattering }),
  });
  expect(await personaGuard(["replay", "t.jsonl"], { cwd: folder })).toMatchObject({ exitCode: 1 });
  expect((await readdir(join(folder, "results"))).sort()).toEqual([
    "junit.xml",
    "report.html",
    "summary.json",
    "verdicts.jsonl",
  ]);
  expect(await personaGuard(["replay", "t.jsonl", "--max-drift-rate", "1"], { cwd: folder })).toMatchObject({
    exitCode: 0,
  });
});

test("Ctrl-C ends a replay with 130 and keeps what was judged", async () => {
  const folder = await folderWith({
    "persona.yaml": "name: clerk\n",
    "t.jsonl": `${JSON.stringify({ text: flattering })}\n`.repeat(200_000),
  });
  const args = ["replay", "t.jsonl", ...withPersona, "--out", "results", "--json"];
  const { exitCode, stdout, stderr } = await personaGuard(args, { cwd: folder, interruptAt: "Judging" });
  expect(exitCode).toBe(130);
  const summary = JSON.parse(stdout);
  expect(summary.complete).toBe(false);
  expect(summary.steps.total).toBeLessThan(200_000);
  expect(stderr).toContain("Partial results written to results");
  const verdicts = await readFile(join(folder, "results", "verdicts.jsonl"), "utf8");
  expect(verdicts.split("\n").length - 1).toBe(summary.steps.total);
});

test("--texts keeps whole texts, masked, in the verdicts and in the report", async () => {
  const secret = "card 4111 1111 1111 1111";
  const folder = await folderWith({
    "persona.yaml": "name: clerk\n",
    "t.jsonl": JSON.stringify({ text: `${plain} It went to your ${secret}, as before.` }),
  });
  const textIn = async (...flags: readonly string[]) => {
    await personaGuard(["replay", "t.jsonl", ...withPersona, "--out", "results", ...flags], { cwd: folder });
    const read = (name: string) => readFile(join(folder, "results", name), "utf8");
    return [await read("verdicts.jsonl"), await read("report.html")];
  };
  for (const content of await textIn()) expect(content).not.toContain("within three working days");
  for (const content of await textIn("--texts")) {
    expect(content).toContain(`${plain} It went to your card [card], as before.`);
    expect(content).not.toContain("4111");
  }
});
