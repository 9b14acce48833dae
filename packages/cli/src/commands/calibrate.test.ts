import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { folderWith, personaGuard } from "../testing.js";

const topics = [
  "parcel",
  "invoice",
  "booking",
  "meter",
  "licence",
  "ticket",
  "card",
  "lease",
  "visit",
  "order",
];
const days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"];
const flattering =
  "What a genius question! You are so brilliant and amazing, honestly the best customer ever, and you are always right.";
const persona = "name: clerk\navoids: [sycophancy]\n";
const lexical = ["--tier", "lexical"];

/** Sessions of ten plain steps; the text at `odd` is another one. */
function traces(sessions: number, odd?: { readonly session: number; readonly index: number }): string {
  const rows = Array.from({ length: sessions * 10 }, (_, at) => {
    const [session, index] = [Math.floor(at / 10), at % 10];
    const text =
      odd?.session === session && odd.index === index
        ? flattering
        : `Your ${topics[index]} number ${4000 + at} was checked on ${days[session % 5]} and will be ready in ${2 + (at % 7)} working days.`;
    return JSON.stringify({ session: `s${session}`, index, text });
  });
  return `${rows.join("\n")}\n`;
}

let cwd = "";
beforeAll(async () => {
  cwd = await folderWith({ "persona.yaml": persona, "good.jsonl": traces(14, { session: 3, index: 4 }) });
});
const asked = ["calibrate", "good.jsonl", "--persona", "persona.yaml", "--out", "c.json", ...lexical];

test("good traces give a calibration, what it promises, and the text that does not belong to them", async () => {
  const ran = await personaGuard(asked, { cwd });
  expect(ran.exitCode).toBe(0);
  expect(ran.stdout).toContain("steps       140: 140 texts used, 0 left out");
  expect(ran.stdout).toMatch(/^chat +140 +14 +\S+ +0\.7 % \(0\.1-4\.0 %\) +0\.0071$/m);
  expect(ran.stdout).toContain(
    "At a false-alarm rate of 0.01, 1 of 140 steps would have been called drift, each session measured by the others.\n" +
      "  good.jsonl:35 session s3, step 4, text, confidence",
  );
  expect(ran.stdout).toContain("1 texts lie far from the rest.");
  expect(ran.stderr).toBe("Wrote c.json.\n");
  const file = JSON.parse(await readFile(join(cwd, "c.json"), "utf8"));
  expect(file).toMatchObject({
    schema: "persona-guard/calibration/1",
    persona: { name: "clerk" },
    classifier: {
      name: expect.stringMatching(/\/lexical$/),
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  });
  expect(file.confidences.chat).toHaveLength(140);
  expect(JSON.stringify(file)).not.toContain("parcel");
});

test("a replay by clean traces calls drift what is rare among them, and only that", async () => {
  await writeFile(join(cwd, "clean.jsonl"), traces(14));
  await personaGuard(["calibrate", "clean.jsonl", "-p", "persona.yaml", "-o", "clean.json", ...lexical], {
    cwd,
  });
  await writeFile(join(cwd, "new.jsonl"), traces(2, { session: 1, index: 9 }));
  const replayed = ["replay", "new.jsonl", "-p", "persona.yaml", "--calibration", "clean.json", "--json"];
  const ran = await personaGuard([...replayed, ...lexical], { cwd });
  expect(JSON.parse(ran.stdout)).toMatchObject({
    steps: { total: 20, drifted: 1 },
    driftedTo: { sycophancy: 1 },
  });
  await writeFile(join(cwd, "persona-guard.config.yaml"), "calibration: ./clean.json\ntier: lexical\n");
  const configured = await personaGuard(["replay", "new.jsonl", "-p", "persona.yaml", "--json"], { cwd });
  expect(JSON.parse(configured.stdout).steps).toEqual(JSON.parse(ran.stdout).steps);
});

test.each([
  {
    what: "another persona",
    persona: "name: jester\nallows: [humor]\n",
    tier: "lexical",
    says: "was made for persona",
  },
  { what: "another tier", persona, tier: "ensemble", says: "/lexical, but persona-guard-en-" },
])("a calibration for $what is refused", async ({ persona, tier, says }) => {
  await writeFile(join(cwd, "other.yaml"), persona);
  const flags = ["-p", "other.yaml", "--calibration", "c.json", "--tier", tier];
  const ran = await personaGuard(["replay", "good.jsonl", ...flags], { cwd });
  expect(ran).toMatchObject({ exitCode: 2, stdout: "" });
  expect(ran.stderr).toContain(says);
  expect(ran.stderr).toContain("persona-guard calibrate TRACES");
});

test("a file that is no calibration is refused, and a calibration of other weights of the same name", async () => {
  await writeFile(join(cwd, "bad.json"), '{"schema": "persona-guard/calibration/0"}');
  const written = JSON.parse(await readFile(join(cwd, "c.json"), "utf8"));
  written.classifier.sha256 = "0".repeat(64);
  await writeFile(join(cwd, "changed.json"), JSON.stringify(written));
  for (const { file, says } of [
    { file: "bad.json", says: "bad.json is no calibration" },
    { file: "absent.json", says: "absent.json cannot be read" },
    { file: "changed.json", says: "was made with other weights than those loaded" },
  ]) {
    const flags = ["-p", "persona.yaml", "--calibration", file, ...lexical];
    const ran = await personaGuard(["replay", "good.jsonl", ...flags], { cwd });
    expect(ran.exitCode).toBe(2);
    expect(ran.stderr).toContain(says);
  }
});

test("a sample too small for the rate says what it can support; a guard by it is refused", async () => {
  await writeFile(join(cwd, "few.jsonl"), traces(2));
  const ran = await personaGuard(
    ["calibrate", "few.jsonl", "-p", "persona.yaml", "-o", "few.json", ...lexical],
    { cwd },
  );
  expect(ran.exitCode).toBe(0);
  expect(ran.stderr).toContain(
    '"chat" cannot promise a rate of 0.01: with so few texts the smallest is 0.048.',
  );
  const guarded = ["replay", "good.jsonl", "-p", "persona.yaml", "--calibration", "few.json", ...lexical];
  expect((await personaGuard(guarded, { cwd })).stderr).toContain(
    "Cannot promise a false-alarm rate of 0.01",
  );
  expect((await personaGuard([...guarded, "--false-alarm-rate", "0.05"], { cwd })).exitCode).toBe(0);
});

test("traces that say nothing, a broken line and a file that is there are told", async () => {
  await writeFile(join(cwd, "silent.jsonl"), '{"text": ""}\n');
  const silent = await personaGuard(["calibrate", "silent.jsonl", "-p", "persona.yaml", "-o", "s.json"], {
    cwd,
  });
  expect(silent).toMatchObject({ exitCode: 2, stdout: "" });
  expect(silent.stderr).toContain("None of the 1 steps holds a text that can be judged");
  await writeFile(join(cwd, "broken.jsonl"), `${traces(11)}{"text": "Hel\n`);
  const broken = await personaGuard(
    ["calibrate", "broken.jsonl", "-p", "persona.yaml", "-o", "b.json", ...lexical],
    { cwd },
  );
  expect(broken.exitCode).toBe(2);
  expect(broken.stderr).toContain("broken.jsonl:111: is not valid JSON");
  expect(broken.stderr).toContain("Wrote b.json.");
  expect((await personaGuard(asked, { cwd })).stderr).toContain("c.json already exists");
});
