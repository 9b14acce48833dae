import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { flattering, folderWith, personaGuard, plain } from "../testing.js";

const command = ["--persona", "persona.yaml", "--tier", "lexical"];
let cwd = "";

function traceOf(texts: readonly string[]): string {
  return texts.map((text, at) => JSON.stringify({ text, session: `s${at % 10}` })).join("\n");
}

beforeAll(async () => {
  const plains = Array.from({ length: 40 }, (_, at) => `${plain} Your reference is ${at}.`);
  cwd = await folderWith({
    "persona.yaml": "name: clerk\n",
    "stern.yaml": "name: stern\n",
    "good.jsonl": traceOf(plains),
    "bad.jsonl": traceOf(plains.map((text, at) => (at % 4 === 0 ? `${flattering} And ${at} more.` : text))),
    "short.jsonl": traceOf([...plains.slice(0, 3), "All right.", "Fine.", "OK then."]),
  });
  expect(await personaGuard(["replay", "good.jsonl", ...command, "--out", "good"], { cwd })).toMatchObject({
    exitCode: 0,
  });
});

test.each([
  {
    args: ["bad.jsonl", "--max-drift-rate", "0.1"],
    exitCode: 1,
    lines: [
      /^Gate failed: max-drift-rate 0\.1: 10 of 40 judged steps drifted, 25\.0 % \(95 % interval .*\)\.$/,
      /^Mostly sycophancy, 10 of 10 drifted texts; furthest from the persona: bad\.jsonl:\d+ session s\d, step \d\.$/,
    ],
  },
  {
    args: ["bad.jsonl", "--baseline", "good"],
    exitCode: 1,
    lines: [
      /^Gate failed: baseline 0: 10 of 40 judged steps drifted, .*, against 0\.0 % in good: higher than in good by \d+\.\d points or more \(one-sided, 95 %\)\.$/,
      /^Mostly sycophancy/,
    ],
  },
  { args: ["good.jsonl", "--baseline", "good"], exitCode: 0, lines: [] },
  {
    args: ["short.jsonl", "--min-coverage", "0.9"],
    exitCode: 1,
    lines: [
      /^Gate failed: min-coverage 0\.9: 3 of 6 steps that say something could be judged, 50\.0 %\.$/,
      /^Not judged: 3 undecided, 0 unscored; "reason" in verdicts\.jsonl says why\.$/,
    ],
  },
  { args: ["short.jsonl", "--min-coverage", "0.5"], exitCode: 0, lines: [] },
])("$args exits with $exitCode, and a failure says why in two lines", async ({ args, exitCode, lines }) => {
  const ran = await personaGuard(["replay", ...args, ...command], { cwd });
  const reason = ran.stderr.trimEnd().split("\n").slice(-2);
  expect(ran.exitCode).toBe(exitCode);
  if (lines.length === 0) expect(ran.stderr).not.toContain("failed");
  for (const [at, line] of lines.entries()) expect(reason[at]).toMatch(line);
});

test("junit.xml and summary.json tell the same of a gate", async () => {
  await personaGuard(["replay", "bad.jsonl", ...command, "--max-drift-rate", "0.1", "--out", "bad"], { cwd });
  const { gates } = JSON.parse(await readFile(join(cwd, "bad", "summary.json"), "utf8"));
  const junit = await readFile(join(cwd, "bad", "junit.xml"), "utf8");
  expect(gates).toMatchObject([{ gate: "max-drift-rate", passed: false }]);
  expect(junit).toContain('<testsuite name="persona-guard: clerk 1" tests="2" failures="1" errors="0"');
  expect(junit).toContain(`<failure message="${gates[0].finding}"`);
});

test.each([
  { args: ["--baseline", "nowhere"], says: "nowhere/summary.json cannot be read" },
  { args: ["--baseline", "good", "--persona", "stern.yaml"], says: "drift rates cannot be compared" },
  { args: ["--baseline", "good", "--false-alarm-rate", "0.05"], says: "drift rates cannot be compared" },
  { args: ["--seed", "3"], says: "--seed draws a sample: give --sample N." },
  { args: ["--push", "otlp"], says: "--push sends what is in the results: give --out DIR." },
  { args: ["--push-dry-run"], says: "--push-dry-run shows what --push would send" },
])("$args is refused before anything is judged: $says", async ({ args, says }) => {
  const ran = await personaGuard(["replay", "good.jsonl", ...command, ...args], { cwd });
  expect(ran.exitCode).toBe(2);
  expect(ran.stderr).toContain(says);
  expect(ran.stderr).not.toContain("Judging");
});
