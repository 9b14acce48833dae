import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseStep } from "@persona-guard/core";
import { classifierCases } from "@persona-guard/core/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadClassifier } from "./load-classifier.js";
import { loadGuard } from "./load-guard.js";
import { type TraitExample, trainTrait } from "./train-trait.js";
import type { TraitHead } from "./trait-head.js";

const rows: readonly { text: string; kind: TraitExample["kind"]; label: string; scenario: string }[] = (
  await readFile(new URL("../testdata/pirate.jsonl", import.meta.url), "utf8")
)
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));
const examples: readonly TraitExample[] = rows.map(({ label, ...row }) => ({
  ...row,
  isPositive: label === "pirate",
}));
const pirateReply = parseStep(
  {
    id: "1",
    text: "Aye, yer order be stowed below, matey, and she sails fer yer port at the break o' dawn.",
  },
  "test",
);
const plainReply = parseStep(
  { id: "2", text: "Your order has been packed and will be sent to your address early tomorrow morning." },
  "test",
);

let folder: string;
let head: TraitHead;
let lexicalHead: TraitHead;
const file = (name: string) => join(folder, `${name}.trait.json`);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "train-trait-"));
  head = await trainTrait(examples, { name: "pirate" });
  lexicalHead = await trainTrait(examples, { name: "pirate", tier: "lexical" });
  await writeFile(file("pirate"), JSON.stringify(head));
  await writeFile(file("words"), JSON.stringify(lexicalHead));
  await writeFile(file("other"), JSON.stringify({ ...lexicalHead, name: "other", bias: -30 }));
});
afterAll(() => rm(folder, { recursive: true }));

describe("the contract, with a trait on the cascade", () => {
  classifierCases({ create: () => loadClassifier({ traits: [file("pirate")] }), tolerance: 0 });
});
describe("the contract, with two traits on the lexical tier", () => {
  classifierCases({
    create: () => loadClassifier({ tier: "lexical", traits: [file("words"), file("other")] }),
    tolerance: 0,
  });
});

test("24 texts of each class tell the trait from plain text of scenarios that were left out", () => {
  for (const { training } of [head, lexicalHead]) {
    expect(training).toMatchObject({ positives: 24, negatives: 24, folds: 10 });
    expect(training.auc).toBeGreaterThan(0.9);
    expect(training.interval.low).toBeGreaterThan(0.8);
    expect(training.interval.low).toBeLessThan(training.auc);
  }
});

test("the file is small and holds none of the texts", () => {
  const content = JSON.stringify(head);
  expect(content.length).toBeLessThan(60_000);
  for (const { text } of examples) expect(content).not.toContain(text.slice(0, 12));
});

test("the same examples give the same trait", async () => {
  expect(await trainTrait(examples, { name: "pirate" })).toEqual(head);
});

test("labels that mean nothing give an area whose interval holds 0.5", async () => {
  const mixed = examples.map((example, at) => ({ ...example, isPositive: (at >> 1) % 2 === 0 }));
  const { training } = await trainTrait(mixed, { name: "noise", tier: "lexical" });
  expect(training.interval.low).toBeLessThan(0.5);
});

test("a trait leaves the proportions of the shipped labels as they were", async () => {
  const text = { text: plainReply.text, kind: "chat" as const };
  const [bare, extended] = await Promise.all(
    [[], [file("words")]].map((traits) => loadClassifier({ tier: "lexical", traits })),
  );
  const [before = {}] = (await bare?.score([text])) ?? [];
  const [after = {}] = (await extended?.score([text])) ?? [];
  const q = after.pirate ?? 1;
  expect(q).toBeLessThan(0.3);
  for (const [label, p] of Object.entries(before)) expect(after[label]).toBeCloseTo(p * (1 - q), 12);
  expect(extended?.name).toMatch(/\/lexical\+pirate@[0-9a-f]{8}$/);
});

test.each(["cascade", "encoder", "ensemble"] as const)(
  "on the tier %s, a persona that avoids the trait flags it, and one that expresses it misses it",
  async (tier) => {
    const traits = [file("pirate")];
    const clerk = await loadGuard({
      persona: { name: "Clerk", traits, avoids: ["pirate"] },
      tier,
      threshold: 0.5,
    });
    expect(await clerk.judge(pirateReply)).toMatchObject({
      outcome: "drifted",
      utterances: [{ verdict: { driftedTo: "pirate" } }],
    });
    expect(await clerk.judge(plainReply)).toMatchObject({ outcome: "in-persona" });
    await clerk.close();
    const captain = await loadGuard({
      persona: { name: "Captain", traits, expresses: ["pirate"], allows: [] },
      tier,
      threshold: 0.5,
    });
    expect(await captain.judge(pirateReply)).toMatchObject({ outcome: "in-persona" });
    // One short plain reply is left to the session, ten in a row are not.
    expect(await captain.judge(plainReply)).toMatchObject({
      utterances: [{ verdict: { outcome: "undecided", reason: "plain" } }],
    });
    for (let step = 0; step < 10; step++) await captain.judge(plainReply);
    expect(await captain.judge(plainReply)).toMatchObject({
      outcome: "drifted",
      utterances: [{ verdict: { driftedTo: "suppressed" } }],
    });
    await captain.close();
  },
);

test("a persona file names the trait by a path from its own folder", async () => {
  const persona = join(folder, "persona.yaml");
  await writeFile(persona, "name: Clerk\ntraits: [./words.trait.json]\navoids: [pirate]\n");
  const guard = await loadGuard({ persona, tier: "lexical", threshold: 0.5 });
  expect((await guard.judge(pirateReply)).outcome).toBe("drifted");
});

test("a false-alarm rate for a guard with a trait is refused: its calibration would be wrong", async () => {
  const persona = { name: "Clerk", traits: [file("pirate")] };
  await expect(loadGuard({ persona, falseAlarmRate: 0.01 })).rejects.toMatchObject({
    code: "options-invalid",
    message: expect.stringMatching(/no scores for custom traits .*set `threshold`/),
  });
});

const few = (positives: number, negatives: number) =>
  [true, false].flatMap((positive) =>
    examples.filter(({ isPositive }) => isPositive === positive).slice(0, positive ? positives : negatives),
  );
test.each([
  { what: "7 positives", given: () => few(7, 24), says: 'There are 7 texts that show "pirate", at least 8' },
  { what: "no negatives", given: () => few(24, 0), says: 'There are 0 texts that do not show "pirate"' },
  {
    what: "one scenario",
    given: () => examples.map((example) => ({ ...example, scenario: "all" })),
    says: "share one scenario",
  },
])("$what are too few: $says", async ({ given, says }) => {
  await expect(trainTrait(given(), { name: "pirate" })).rejects.toMatchObject({
    code: "trait-examples-too-few",
    message: expect.stringContaining(says),
  });
});

test.each(["neutral", "suppressed", "7th", "two words", ""])(
  "a trait cannot be called '%s'",
  async (name) => {
    await expect(trainTrait(examples, { name })).rejects.toMatchObject({ code: "options-invalid" });
  },
);

test("8 of each are enough", async () => {
  expect((await trainTrait(few(8, 8), { name: "pirate", tier: "lexical" })).training.positives).toBe(8);
});

test.each([
  {
    what: "other weights",
    content: () => ({ ...head, encoder: { name: "acme-1.0.0/encoder", sha256: "00" } }),
    code: "trait-mismatch",
    says: /trained on other weights \(acme-1\.0\.0\/encoder\).*Train it again/,
  },
  {
    what: "weights cut off",
    content: () => ({ ...head, weights: head.weights.slice(0, 400) }),
    code: "trait-mismatch",
    says: /damaged: its file holds 150 weights, 10880 are needed/,
  },
  {
    what: "a later format",
    content: () => ({ ...head, schema: "persona-guard/trait/2" }),
    code: "trait-unreadable",
    says: /schema: is not persona-guard\/trait\/1/,
  },
  { what: "a persona", content: () => ({ name: "Clerk" }), code: "trait-unreadable", says: /is not a trait/ },
])("a trait file with $what is refused as $code", async ({ what, content, code, says }) => {
  await writeFile(file(what), JSON.stringify(content()));
  await expect(loadClassifier({ traits: [file(what)] })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(says),
  });
});

test.each([
  { traits: ["gone"], tier: "lexical" as const, code: "trait-unreadable", says: /ENOENT/ },
  { traits: ["pirate"], tier: "lexical" as const, code: "trait-mismatch", says: /--tier lexical/ },
  { traits: ["pirate", "words"], tier: "cascade" as const, code: "trait-mismatch", says: /given twice/ },
])("traits $traits on the tier $tier are refused as $code", async ({ traits, tier, code, says }) => {
  await expect(loadClassifier({ tier, traits: traits.map(file) })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(says),
  });
});
