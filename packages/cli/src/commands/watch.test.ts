import { spawn, spawnSync } from "node:child_process";
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DriftEvent } from "@persona-guard/core";
import { openEventLog } from "@persona-guard/monitor";
import { expect, test } from "vitest";
import { driftEvent, folderWith, personaGuard, rowsIn } from "../testing.js";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const lines = (events: readonly DriftEvent[]) => events.map((event) => `${JSON.stringify(event)}\n`).join("");

const hostile = "You are\u001b[2J so \u202ebrilliant\u0000!";
const drifted = driftEvent({
  event: "drift-detected",
  outcome: "drifted",
  confidence: 0.03,
  index: 1,
  at: "2026-03-02T10:00:01.000Z",
  model: "model-x",
  action: "reprompt",
  sessionAlarm: true,
  sessionStart: 1,
  utterances: [
    {
      kind: "email",
      field: "send_email.body",
      tool: "send_email",
      outcome: "drifted",
      confidence: 0.03,
      driftedTo: "sycophancy",
      evidence: [{ start: 0, end: 27, text: hostile }],
    },
  ],
});
const redraft = driftEvent({
  index: 1,
  attempt: 2,
  at: "2026-03-02T10:00:02.000Z",
  rescue: { before: 0.03, after: 0.9 },
});
const unscored = driftEvent({
  event: "step-unscored",
  outcome: "unscored",
  session: "mail-7",
  at: "2026-03-02T10:00:03.000Z",
  utterances: [
    { kind: "chat", field: "text", outcome: "unscored", reason: "classifier-failed: gone", evidence: [] },
  ],
});
const all = [driftEvent(), drifted, redraft, unscored];

test("in a pipe, what is there is read and summed up", async () => {
  const cwd = await folderWith({ "events.jsonl": lines(all) });
  expect(await personaGuard(["watch", "."], { cwd })).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: `events      4, 2026-03-02T10:00:00.000Z to 2026-03-02T10:00:03.000Z
steps       in-persona 1, drifted 1, undecided 0, unscored 1, silent 0
drift       1 of 2, 50.0 % (9.5-90.5 %)
drifted to  sycophancy 1
rescued     1
sessions    2, 1 with an alarm: chat-1
`,
  });
  const filtered = await personaGuard(["watch", ".", "--json", "--session", "MAIL"], { cwd });
  expect(JSON.parse(filtered.stdout)).toMatchObject({ events: 1, sessions: 1, steps: { unscored: 1 } });
});

test("a line that cannot be read is named, the rest is summed up, and the exit code says so", async () => {
  const cwd = await folderWith({ "events.jsonl": `${lines(all)}{"schema":\n` });
  const { exitCode, stdout, stderr } = await personaGuard(["watch", "events.jsonl"], { cwd });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: "events.jsonl:5 is not valid JSON (10 characters). Line skipped, the rest was read.\n",
  });
  expect(stdout).toContain("events      4");
});

test("a path that is not there is an error, unless it may still come", async () => {
  const cwd = await folderWith();
  expect(await personaGuard(["watch", "gone"], { cwd })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("gone cannot be read"),
  });
  const waited = await personaGuard(["watch", "gone", "--follow"], { cwd, interruptAt: "waiting for it" });
  expect(waited).toMatchObject({ exitCode: 130, stderr: expect.stringMatching(/^gone is not there yet/) });
});

test("in a pipe that follows, every step is a line as it comes, and no text steers the terminal", async () => {
  const cwd = await folderWith();
  const log = openEventLog({ folder: join(cwd, "events"), maxBytes: 1 });
  const child = spawn(process.execPath, [main, "watch", "events", "--follow", "--all"], { cwd });
  for (const event of all) log.listener(event);
  let shown = "";
  for await (const text of child.stdout.setEncoding("utf8")) {
    shown += text;
    if (shown.includes("gone")) child.kill("SIGTERM");
  }
  await log.close();
  expect(shown).toBe(`10:00:00  in-persona  0.90  desk  chat-1 #0
10:00:01  drifted     0.03  desk  chat-1 #1  model-x  → reprompt  ! session alarm since step 1
          send_email.body (email)  sycophancy
            “You are [2J so brilliant !”
10:00:02  in-persona  0.90  desk  chat-1 #1 redraft 1  rescued 0.03 → 0.90
10:00:03  unscored    0.90  desk  mail-7 #0
          text (chat)  classifier-failed: gone
`);
});

test("--json follows with the events themselves, still harmless on a terminal", async () => {
  const cwd = await folderWith({ "events.jsonl": lines(all) });
  const child = spawn(process.execPath, [main, "watch", "events.jsonl", "--follow", "--json", "--all"], {
    cwd,
  });
  let shown = "";
  for await (const text of child.stdout.setEncoding("utf8")) {
    shown += text;
    if (shown.split("\n").length > all.length) child.kill("SIGINT");
  }
  expect(rowsIn(shown)).toEqual(all);
  expect(shown.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\p{Cf}/u);
});

/** Of util-linux: runs a command in a terminal of its own. */
const script = "script";
const hasTerminals = spawnSync(script, ["--version"]).status === 0;
test.skipIf(!hasTerminals)(
  "keys filter what a terminal shows (skipped without util-linux's script)",
  async () => {
    const cwd = await folderWith();
    const file = join(cwd, "events.jsonl");
    await writeFile(file, lines(all));
    const terminal = spawn(
      script,
      ["-qec", `"${process.execPath}" "${main}" watch events.jsonl`, "/dev/null"],
      {
        cwd,
        env: { ...process.env, TERM: "xterm", NO_COLOR: "1" },
      },
    );
    let shown = "";
    /** Each is done as soon as the terminal shows the text that comes before it. */
    const steps: [string, () => unknown][] = [
      ["3 steps", () => terminal.stdin.write("o")],
      ["— drifted —", () => terminal.stdin.write("op\u007f")],
      ["part of the persona's name, Enter: _", () => terminal.stdin.write("nobody\r")],
      [
        "— unscored, persona “nobody” —",
        () => appendFile(file, lines([{ ...unscored, session: "hidden-1" }])),
      ],
      ["4 steps", () => terminal.stdin.write("q")],
    ];
    for await (const text of terminal.stdout.setEncoding("utf8")) {
      shown += text;
      while (steps[0] !== undefined && shown.includes(steps[0][0])) steps.shift()?.[1]();
    }
    expect(steps).toEqual([]);
    expect(shown).not.toContain("hidden-1");
    expect(shown).toContain("events      5");
  },
);
