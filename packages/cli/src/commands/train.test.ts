import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { folderWith, personaGuard, plain, rowsIn } from "../testing.js";

const pirate = await readFile(new URL("../../../classifier/testdata/pirate.jsonl", import.meta.url), "utf8");
const lines = pirate.trimEnd().split("\n");
const pirateReply = "Aye, yer order be stowed below, matey, and she sails fer yer port at the break o' dawn.";
const asked = ["train", "examples.jsonl", "--trait", "pirate", "--out", "pirate.trait.json"];
const lexical = ["--tier", "lexical"];
let cwd = "";
beforeAll(async () => {
  cwd = await folderWith({ "examples.jsonl": pirate });
});

/** A fresh folder with these rows as examples. */
const folderOf = (rows: readonly string[]) => folderWith({ "examples.jsonl": rows.join("\n") });

test("a trained trait is named by a persona and found in a new text", async () => {
  const trained = await personaGuard(asked, { cwd });
  expect(trained.stderr.replace(/\d+\.\d+/g, "…")).toBe(
    'Trained "pirate" on 24 texts that show it and 24 that do not, by words and the encoder.\n' +
      "Cross-validated AUC …, 95 % interval … to … (10 folds, dealt 8 times).\n" +
      "Wrote pirate.trait.json after … s.\n",
  );
  expect(trained.exitCode).toBe(0);
  expect(rowsIn(trained.stdout)).toMatchObject([
    { trait: "pirate", file: "pirate.trait.json", tier: "encoder", positives: 24, negatives: 24, skipped: 0 },
  ]);
  const content = await readFile(join(cwd, "pirate.trait.json"), "utf8");
  expect(content.length).toBeLessThan(60_000);
  expect(JSON.parse(content).training.auc).toBeGreaterThan(0.9);

  await writeFile(
    join(cwd, "persona.yaml"),
    "name: clerk\ntraits: [./pirate.trait.json]\navoids: [pirate]\n",
  );
  const stdin = [plain, pirateReply].map((text) => JSON.stringify({ text })).join("\n");
  const judged = ["score", "-", "--persona", "persona.yaml"];
  const scored = await personaGuard(judged, { cwd, stdin });
  expect(rowsIn(scored.stdout)).toMatchObject([
    { outcome: "in-persona" },
    { outcome: "drifted", driftedTo: "pirate", label: "pirate" },
  ]);
  expect(scored.stderr).toContain("without a promised false-alarm rate");
  const uncalibrated = await personaGuard([...judged, "--false-alarm-rate", "0.01"], { cwd, stdin });
  expect(uncalibrated).toMatchObject({ exitCode: 2, stdout: "" });
  expect(uncalibrated.stderr).toContain("set `threshold`");
});

test("every way to say yes or no is understood, and any other label is an error of its row", async () => {
  const yes = ["pirate", true, 1, "true", "1", "positive"];
  const no = [false, 0, "false", "0", "negative", "sarcasm", "corporate"];
  let [asPirate, asOther] = [0, 0];
  const rows = lines.map((line) => {
    const { text, label } = JSON.parse(line);
    const one = label === "pirate" ? yes[asPirate++ % yes.length] : no[asOther++ % no.length];
    return JSON.stringify({ text, label: one });
  });
  const odd = [JSON.stringify({ text: plain, label: "priate" }), JSON.stringify({ text: plain }), "nonsense"];
  const folder = await folderOf([...rows, ...odd]);
  const ran = await personaGuard([...asked, ...lexical, "--negative", "corporate"], { cwd: folder });
  expect(rowsIn(ran.stdout)).toMatchObject([{ positives: 24, negatives: 24, skipped: 3 }]);
  expect(ran.stderr).toContain('examples.jsonl:49: label: not "pirate", true, 1 or "positive"');
  expect(ran.stderr).toContain("examples.jsonl:50: label: not");
  expect(ran.stderr).toContain("examples.jsonl:51: is not valid JSON (8 characters). Line skipped.");
  expect(ran.exitCode).toBe(2);
  expect(await readdir(folder)).toContain("pirate.trait.json");
});

test("a text that is there twice counts once, and is an error if its labels differ", async () => {
  const opposite = JSON.stringify({ ...JSON.parse(lines[0] ?? ""), label: "neutral" });
  const folder = await folderOf([...lines, lines[3] ?? "", opposite]);
  const { exitCode, stdout, stderr } = await personaGuard([...asked, ...lexical], { cwd: folder });
  expect(rowsIn(stdout)).toMatchObject([{ positives: 24, negatives: 24, duplicates: 1, skipped: 1 }]);
  expect(stderr).toContain("examples.jsonl:50: the same text as examples.jsonl:1 with the opposite label.");
  expect(exitCode).toBe(2);
});

test.each([
  { what: "7 a class", rows: lines.slice(0, 14), flags: [], says: "There are 7 texts that show" },
  { what: "an empty file", rows: [], flags: [], says: "examples.jsonl is empty" },
  { what: "a taken name", rows: lines, flags: ["--trait", "humor"], says: '"humor" is taken' },
  { what: "no such folder", rows: lines, flags: ["--out", "gone/x.json"], says: "There is no folder gone" },
  { what: "no such file", rows: lines, flags: ["--model", "gone"], says: "There is no gone" },
])("$what is refused, and nothing is written: $says", async ({ rows, flags, says }) => {
  const folder = await folderOf(rows);
  const { exitCode, stdout, stderr } = await personaGuard([...asked, ...flags], { cwd: folder });
  expect(stderr).toContain(says);
  expect(stderr).not.toMatch(/^ {4}at /m);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(await readdir(folder)).toEqual(["examples.jsonl"]);
});

test("few texts, and texts that do not differ, are warned of", async () => {
  const shuffled = lines.slice(0, 24).map((line, at) => {
    // With its scenario: without one, the texts' topics would tell these labels.
    return JSON.stringify({ ...JSON.parse(line), label: (at >> 1) % 2 });
  });
  const { stderr } = await personaGuard([...asked, ...lexical], { cwd: await folderOf(shuffled) });
  expect(stderr).toContain("Warning: the interval reaches down to 0.");
  expect(stderr).toContain("Warning: fewer than 20 texts of a class");
});

test("a file that is there is overwritten only with --force, and the same rows give the same bytes", async () => {
  const folder = await folderOf(lines);
  const file = join(folder, "pirate.trait.json");
  await writeFile(file, "mine");
  const refused = await personaGuard([...asked, ...lexical], { cwd: folder });
  expect(refused).toMatchObject({ exitCode: 2, stdout: "" });
  expect(refused.stderr).toContain("pirate.trait.json already exists; nothing was written. Use --force");
  expect(await readFile(file, "utf8")).toBe("mine");
  const contents: string[] = [];
  for (let run = 0; run < 2; run++) {
    expect((await personaGuard([...asked, ...lexical, "--force"], { cwd: folder })).exitCode).toBe(0);
    contents.push(await readFile(file, "utf8"));
  }
  expect(contents[0]).toBe(contents[1]);
  expect((await readdir(folder)).toSorted()).toEqual(["examples.jsonl", "pirate.trait.json"]);
});
