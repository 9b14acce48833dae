import { shippedLabels } from "@persona-guard/core";
import { beforeAll, expect, test } from "vitest";
import { flattering, folderWith, personaGuard, plain, rowsIn } from "../testing.js";

const lexical = ["--tier", "lexical"];
let cwd = "";
beforeAll(async () => {
  cwd = await folderWith({ "persona.yaml": "name: clerk\n" });
});

test("every row comes back in order with its own fields as they were written, and with all scores", async () => {
  const rows = Array.from(
    { length: 70 },
    (_, at) => `{"n" : ${at}, "id":9007199254740993123, "text":"${plain}", "x":{"é":[1.0]}}`,
  );
  const { exitCode, stdout } = await personaGuard(["score", ...lexical], { cwd, stdin: rows.join("\r\n") });
  expect(exitCode).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(70);
  for (const [at, line] of lines.entries())
    expect(line.startsWith(`${rows[at]?.slice(0, -1)},"scores":`)).toBe(true);
  const scores = Object(rowsIn(stdout)[0]?.scores);
  expect(Object.keys(scores)).toEqual([...shippedLabels]);
  expect(Object.values(scores).reduce((sum: number, p) => sum + Number(p), 0)).toBeCloseTo(1, 6);
  expect(rowsIn(stdout)[0]?.label).toBe("neutral");
});

test("with a persona all rows have one shape, whatever came of them", async () => {
  const texts = [plain, flattering, "All right then.", "OK", ""];
  const stdin = texts.map((text) => JSON.stringify({ text, kind: "email" })).join("\n");
  const { exitCode, stdout } = await personaGuard(["score", "-", "-p", "persona.yaml", ...lexical], {
    cwd,
    stdin,
  });
  const rows = rowsIn(stdout);
  expect(exitCode).toBe(0);
  expect(rows.map(({ outcome, driftedTo, reason }) => [outcome, driftedTo, reason])).toEqual([
    ["in-persona", null, null],
    ["drifted", "sycophancy", null],
    ["undecided", null, "too-short"],
    ["undecided", null, "no-utterance"],
    ["undecided", null, "no-utterance"],
  ]);
  const shape = [
    "text",
    "kind",
    "scores",
    "label",
    "confidence",
    "pValue",
    "outcome",
    "driftedTo",
    "evidence",
    "reason",
  ];
  for (const row of rows) expect(Object.keys(row)).toEqual(shape);
  expect(rows.map(({ scores }) => scores !== null)).toEqual([true, true, true, true, false]);
});

test("evidence lies at its offsets in the text", async () => {
  const text = `${plain} ${flattering}`;
  const { stdout } = await personaGuard(["score", "-", "-p", "persona.yaml", ...lexical], {
    cwd,
    stdin: text,
  });
  const [row] = rowsIn(stdout);
  expect(row).toMatchObject({ id: "stdin", text, outcome: "drifted" });
  const evidence = row?.evidence;
  if (!Array.isArray(evidence)) throw new Error("evidence must be an array");
  expect(evidence.length).toBeGreaterThan(0);
  for (const span of evidence) expect(text.slice(span.start, span.end)).toBe(span.text);
});

test("--explain says which sentences and words moved the score, at their offsets in the text", async () => {
  const text = `${plain}\n> You are wonderful.\n${flattering}`;
  for (const flags of [[], ["-p", "persona.yaml"]]) {
    const { stdout } = await personaGuard(["score", "-", ...lexical, ...flags, "--explain"], {
      cwd,
      stdin: text,
    });
    const [row] = rowsIn(stdout);
    expect(row?.explanation).toMatchObject({ label: "sycophancy", against: "neutral", method: "linear" });
    const { sentences, words, logOdds, bias } = Object(row?.explanation);
    const strongest = (found: readonly { start: number; end: number; weight: number }[]) => {
      const [first] = found.toSorted((a, b) => b.weight - a.weight);
      return text.slice(first?.start, first?.end);
    };
    expect(flattering).toContain(strongest(sentences));
    expect(flattering).toContain(strongest(words));
    expect(
      words.map((word: { start: number; end: number }) => text.slice(word.start, word.end)).join(" "),
    ).toBe(`${plain} ${flattering}`);
    const sum = words.reduce((total: number, { weight }: { weight: number }) => total + weight, bias);
    expect(sum).toBeCloseTo(logOdds, 6);
  }
});

test("--explain has nothing to say of a text without words, and a word for a single one", async () => {
  const stdin = ["", "Thanks!"].map((text) => JSON.stringify({ text })).join("\n");
  const { stdout } = await personaGuard(["score", "-", ...lexical, "--explain"], { cwd, stdin });
  expect(rowsIn(stdout)).toMatchObject([
    { explanation: null },
    { explanation: { words: [{ start: 0, end: 7 }] } },
  ]);
});

test("a field of the input that is called like a column is kept under input", async () => {
  const stdin = JSON.stringify({ id: "a", text: plain, label: "by hand", input: 3 });
  const { stdout } = await personaGuard(["score", ...lexical], { cwd, stdin });
  expect(rowsIn(stdout)).toMatchObject([
    { id: "a", text: plain, label: "neutral", input: { label: "by hand", input: 3 } },
  ]);
});

test.each([
  { name: "a.txt", content: `First paragraph, quite ordinary.\n\nSecond one.\n`, rows: 1 },
  { name: "b.txt", content: `{"text": "${plain}"}\n\n{"text": "${plain}"}\n`, rows: 2 },
  { name: "c.txt", content: `{name}, thank you for your letter of Monday.\nWe have read it.`, rows: 1 },
  { name: "d.txt", content: `\uFEFF\n{"text": "${plain}"}`, rows: 1 },
  { name: "e.txt", content: `${plain} ${"The parcel is on its way to you. ".repeat(32_000)}`, rows: 1 }, // 1 MB
])("$name is scored as $rows texts", async ({ name, content, rows }) => {
  const folder = await folderWith({ [name]: content });
  const { exitCode, stdout, stderr } = await personaGuard(["score", name, ...lexical], { cwd: folder });
  expect({ exitCode, stderr, rows: rowsIn(stdout).length }).toEqual({ exitCode: 0, stderr: "", rows });
});

test("files are scored one after the other, and bad rows cost only themselves", async () => {
  const folder = await folderWith({
    "a.jsonl": `{"id":1,"text":"${plain}"}\nnonsense\n{"id":2,"text":"${plain}"}\n`,
    "b.txt": plain,
  });
  const { exitCode, stdout, stderr } = await personaGuard(["score", "a.jsonl", "b.txt", ...lexical], {
    cwd: folder,
  });
  expect(rowsIn(stdout).map(({ id }) => id)).toEqual([1, 2, "b.txt"]);
  expect(stderr).toBe("a.jsonl:2: is not valid JSON (8 characters). Line skipped.\n");
  expect(exitCode).toBe(2);
});

test("the default tier scores too", async () => {
  const { exitCode, stdout } = await personaGuard(["score", "-"], { cwd, stdin: flattering });
  expect(exitCode).toBe(0);
  expect(rowsIn(stdout)).toMatchObject([{ label: "sycophancy" }]);
});
