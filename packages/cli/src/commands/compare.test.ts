import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { flattering, folderWith, personaGuard, plain } from "../testing.js";

const lexical = ["--persona", "persona.yaml", "--tier", "lexical"];
let cwd = "";
beforeAll(async () => {
  cwd = await folderWith({
    "persona.yaml": "name: clerk\n",
    "41.jsonl": release({ sessions: 20, flatteringEmails: (session) => (session % 10 === 0 ? 1 : 0) }),
    "42.jsonl": release({ sessions: 20, flatteringEmails: (session) => (session % 2 === 0 ? 2 : 0) }),
  });
  for (const version of ["41", "42"]) {
    const ran = await personaGuard(["replay", `${version}.jsonl`, ...lexical, "--out", version], { cwd });
    expect(ran.exitCode).toBe(0);
  }
});

/** Sessions of two chat replies and three emails, the first of which flatter. */
function release({
  sessions,
  flatteringEmails,
}: {
  readonly sessions: number;
  readonly flatteringEmails: (session: number) => number;
}): string {
  return Array.from({ length: sessions }, (_, session) =>
    Array.from({ length: 5 }, (_, index) =>
      JSON.stringify({
        session: `s${session}`,
        text: index >= 2 && index - 2 < flatteringEmails(session) ? flattering : plain,
        kind: index < 2 ? "chat" : "email",
      }),
    ),
  )
    .flat()
    .join("\n");
}

test("a release that flatters in more of its emails is named so, with its numbers and a table", async () => {
  const ran = await personaGuard(
    ["compare", "41", "42", "--label-a", "version 41", "--label-b", "version 42"],
    {
      cwd,
    },
  );
  expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
  expect(ran.stdout).toMatchInlineSnapshot(`
    "before  version 41: 100 texts of 20 sessions
    after   version 42: 100 texts of 20 sessions, 20 of them in both
    drift   2.0 % (0.6-7.0 %) to 20.0 % (12.6-30.3 %), +18.0 points (+10.5 to +27.9)

    shift   version 42 is less plain in emails than version 41: 96.7 % to 66.7 % of texts (-30.0 points, 95 % interval -45.3 to -17.3).
    shift   version 42 is more flattering in emails than version 41: 3.3 % to 33.3 % of texts (+30.0 points, 95 % interval +17.3 to +45.3).
    shift   version 42 drifts more often over all kinds of text than version 41: 2.0 % to 20.0 % of texts (+18.0 points, 95 % interval +10.5 to +27.9).
    shift   version 42 drifts more often in emails than version 41: 3.3 % to 33.3 % of texts (+30.0 points, 95 % interval +17.3 to +45.3).
    shift   version 42 is less surely in persona in emails than version 41: its texts score below those of version 41 in 65.0 % of pairs (95 % interval 57.9 to 72.1), median confidence 0.999 to 0.999.

    kind   what                version 41  version 42  difference (95 % interval)     p
    all    drifted             2.0 %       20.0 %      +18.0 points (+10.5 to +27.9)  0.008
    chat   confidence, median  0.998       0.998       δ 0.00 (0.00 to 0.00)          1.000
    email  confidence, median  0.999       0.999       δ -0.30 (-0.44 to -0.16)       0.009
    email  drifted             3.3 %       33.3 %      +30.0 points (+17.3 to +45.3)  0.009
    email  neutral             96.7 %      66.7 %      -30.0 points (-45.3 to -17.3)  0.009
    email  sycophancy          3.3 %       33.3 %      +30.0 points (+17.3 to +45.3)  0.009

    p is Holm's, over 6 tests; a shift is p <= 0.05. Intervals are 95 %, one by one.
    "
  `);
});

test("a release is like itself", async () => {
  const ran = await personaGuard(["compare", "41", "41/verdicts.jsonl", "--fail-on-shift"], { cwd });
  expect(ran.stdout).toContain(
    "No shift found: chance alone may well bring about what differs (alpha 0.05).",
  );
  expect(ran.exitCode).toBe(0);
});

test.each([
  { gate: ["--max-increase", "0.25"], exitCode: 0, says: "max-increase 0.25: 0.18, passed" },
  { gate: ["--max-increase", "0.1"], exitCode: 1, says: "max-increase 0.1: 0.18, failed" },
  { gate: ["--fail-on-shift"], exitCode: 1, says: "fail-on-shift" },
  { gate: ["--fail-on-shift", "--alpha", "0.0001"], exitCode: 0, says: "fail-on-shift 0 shifts, passed" },
])("$gate exits with $exitCode and says $says", async ({ gate, exitCode, says }) => {
  const ran = await personaGuard(["compare", "41", "42", ...gate], { cwd });
  expect(ran.stdout).toContain(says);
  expect(ran.exitCode).toBe(exitCode);
});

test("the result as JSON goes to stdout and to a file, which is not overwritten unasked", async () => {
  const args = ["compare", "41", "42", "--json", "--out", "result.json"];
  const ran = await personaGuard(args, { cwd });
  expect(ran).toMatchObject({ exitCode: 0, stderr: "Wrote result.json.\n" });
  expect(JSON.parse(await readFile(join(cwd, "result.json"), "utf8"))).toEqual(JSON.parse(ran.stdout));
  expect(JSON.parse(ran.stdout)).toMatchObject({
    schema: "persona-guard/comparison/1",
    runs: { a: { name: "41", persona: { name: "clerk" } }, b: { name: "42" } },
    units: { a: 20, b: 20, inBoth: 20 },
    texts: { a: 100, b: 100 },
    driftRate: { a: { count: 2, of: 100 }, b: { count: 20, of: 100 } },
    shifts: expect.arrayContaining([expect.stringMatching(/^42 is more flattering in emails than 41/)]),
  });
  expect(await personaGuard(args, { cwd })).toMatchObject({ exitCode: 2, stdout: "" });
  expect(await personaGuard([...args, "--force"], { cwd })).toMatchObject({ exitCode: 0 });
});

test("runs that were judged by other classifiers, personas or rates are compared only if asked to", async () => {
  await personaGuard(["replay", "42.jsonl", ...lexical, "--false-alarm-rate", "0.05", "--out", "other"], {
    cwd,
  });
  const ran = await personaGuard(["compare", "41", "other"], { cwd });
  expect(ran.exitCode).toBe(2);
  expect(ran.stderr).toContain(
    "were not judged alike: criterion false-alarm rate 0.01 and false-alarm rate 0.05.",
  );
  expect(await personaGuard(["compare", "41", "other", "--allow-mismatch"], { cwd })).toMatchObject({
    exitCode: 0,
  });
});

test("verdicts of an older version, without labels, are compared in confidence and drift, and that is said", async () => {
  const rows = await readFile(join(cwd, "42", "verdicts.jsonl"), "utf8");
  await writeFile(join(cwd, "old.jsonl"), rows.replace(/,"label":"[a-z]+"/g, ""));
  const ran = await personaGuard(["compare", "41", "old.jsonl", "--json"], { cwd });
  expect(ran.stderr).toContain("old.jsonl has no summary.json beside it");
  expect(ran.stderr).toContain("old.jsonl holds no labels");
  const measures = JSON.parse(ran.stdout).tests.map(({ measure }: { readonly measure: string }) => measure);
  expect(new Set(measures)).toEqual(new Set(["confidence", "drift-rate"]));
});

test("lines that cannot be read are named, and the rest is compared", async () => {
  const rows = await readFile(join(cwd, "42", "verdicts.jsonl"), "utf8");
  await writeFile(join(cwd, "torn.jsonl"), `${rows}{"session": "s1", "utter\n{"session": 3}\n`);
  const ran = await personaGuard(["compare", "41", "torn.jsonl"], { cwd });
  expect(ran.stderr).toContain("torn.jsonl:101: is not valid JSON (24 characters");
  expect(ran.stderr).toContain("torn.jsonl:102: is no row of verdicts.jsonl: session: ");
  expect(ran.stdout).toContain("is more flattering in emails");
  expect(ran.exitCode).toBe(2);
});

test("too few sessions are said to be too few, and a gate on them is not passed", async () => {
  const folder = await folderWith({
    "persona.yaml": "name: clerk\n",
    "few.jsonl": release({ sessions: 5, flatteringEmails: () => 3 }),
  });
  await personaGuard(["replay", "few.jsonl", ...lexical, "--out", "few"], { cwd: folder });
  const ran = await personaGuard(["compare", "few", join(cwd, "41"), "--fail-on-shift"], { cwd: folder });
  expect(ran.stdout).toContain("Nothing could be compared: at least 6 sessions of each run");
  expect(ran.stdout).toContain(
    "email: too few to compare, 5 sessions of few and 20 of 41 hold any; 6 of each are needed.",
  );
  expect(ran.stdout).toContain("fail-on-shift: not decided");
  expect(ran.exitCode).toBe(2);
});

test("a pattern pairs sessions of one scenario, whatever else is in their names", async () => {
  const rows = await readFile(join(cwd, "42", "verdicts.jsonl"), "utf8");
  await writeFile(join(cwd, "trials.jsonl"), rows.replace(/"session":"(s\d+)"/g, '"session":"trial-7/$1"'));
  const compared = async (...flags: readonly string[]) =>
    JSON.parse((await personaGuard(["compare", "41", "trials.jsonl", "--json", ...flags], { cwd })).stdout)
      .units;
  expect(await compared()).toEqual({ a: 20, b: 20, inBoth: 0 });
  expect(await compared("--scenario", "s\\d+$")).toEqual({ a: 20, b: 20, inBoth: 20 });
});

test.each([
  { args: ["compare", "41", "gone"], says: "gone cannot be read: ENOENT" },
  { args: ["compare", "41", "persona.yaml"], says: "persona.yaml holds no judged text" },
  { args: ["compare", "41", "42", "--alpha", "2"], says: "It must be a number between 0 and 1." },
  { args: ["compare", "41", "42", "--scenario", "("], says: "It must be a regular expression." },
  { args: ["compare", "41"], says: "missing required argument 'run-b'" },
])("$args exits with 2 and says $says", async ({ args, says }) => {
  const { exitCode, stderr } = await personaGuard(args, { cwd });
  expect(stderr).toContain(says);
  expect(exitCode).toBe(2);
});
