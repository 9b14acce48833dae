import { readFile } from "node:fs/promises";
import { type PersonaInput, parseStep } from "@persona-guard/core";
import { expect, test } from "vitest";
import { loadClassifier } from "./load-classifier.js";
import { loadGuard } from "./load-guard.js";
import { moved } from "./persona-examples.js";

const rows: readonly { text: string; kind: "chat"; label: string }[] = (
  await readFile(new URL("../testdata/pirate.jsonl", import.meta.url), "utf8")
)
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));
const textsOf = (label: string) => rows.filter((row) => row.label === label).map(({ text }) => text);
/** Pirates are humorous, poetic, blunt and much else to the shipped labels: the traits alone let plain text pass. */
const captain = {
  name: "Captain",
  allows: ["neutral", "humor", "poeticism", "nonchalance", "impulsiveness", "sarcasm"],
  examples: { in: textsOf("pirate").slice(0, 8), out: textsOf("neutral").slice(0, 4) },
};
const unseen = { in: textsOf("pirate").slice(8), out: textsOf("neutral").slice(8) };
const stepOf = (text: string) => parseStep({ id: "1", text }, "test");

test.each(["lexical", "cascade"] as const)(
  "on the tier %s, a dozen examples end a third of the errors of a persona in a voice that no label names",
  async (tier) => {
    const errors = async (persona: PersonaInput) => {
      const guard = await loadGuard({ persona, tier, threshold: 0.5 });
      const drifted = async (text: string) => (await guard.judge(stepOf(text))).outcome === "drifted";
      const missed = await Promise.all(unseen.out.map(async (text) => !(await drifted(text))));
      const falseAlarms = await Promise.all(unseen.in.map(drifted));
      await guard.close();
      return [...missed, ...falseAlarms].filter(Boolean).length;
    };
    const { examples, ...bare } = captain;
    expect(examples.in).toHaveLength(8);
    expect(await errors(captain)).toBeLessThanOrEqual((2 / 3) * (await errors(bare)));
  },
);

test("what the examples take from the confidence goes to a label of its own", async () => {
  const guard = await loadGuard({ persona: captain, tier: "lexical", threshold: 0.5 });
  const [text = ""] = captain.examples.out;
  const { utterances } = await guard.judge(stepOf(text));
  const [scores = {}] = utterances.map((one) => one.scores);
  expect(Object.values(scores).reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
  expect(scores["unlike-examples"]).toBeGreaterThan(0.1);
});

test.each([
  { name: "up", to: 0.9, moved: { a: 0.45, b: 0.45, c: 0.1, "unlike-examples": 0 } },
  { name: "down", to: 0.2, moved: { a: 0.1, b: 0.1, c: 0.4, "unlike-examples": 0.4 } },
  { name: "nowhere", to: 0.6, moved: { a: 0.3, b: 0.3, c: 0.4, "unlike-examples": 0 } },
])("a confidence of 0.6 moved $name keeps the proportions within the persona", ({ to, moved: expected }) => {
  const found = moved({ a: 0.3, b: 0.3, c: 0.4 }, 0.6, to, (label) => label !== "c");
  for (const [label, p] of Object.entries(expected)) expect(found[label]).toBeCloseTo(p, 12);
});

test("examples without a calibration are judged at even odds, with a warning; a rate is refused", async () => {
  const guard = await loadGuard({ persona: captain, tier: "lexical" });
  expect(guard.warnings).toEqual([expect.stringContaining("without a promised false-alarm rate")]);
  const { confidence = 1, outcome } = await guard.judge(stepOf(captain.examples.out[0] ?? ""));
  expect(confidence).toBeLessThan(0.5);
  expect(outcome).toBe("drifted");
  await expect(loadGuard({ persona: captain, tier: "lexical", falseAlarmRate: 0.01 })).rejects.toMatchObject({
    code: "options-invalid",
    message: expect.stringMatching(/the persona's examples.*set `threshold`/),
  });
});

test("examples are not silently ignored by a classifier that was loaded without them", async () => {
  const classifier = await loadClassifier({ tier: "lexical" });
  await expect(loadGuard({ persona: captain, classifier, threshold: 0.5 })).rejects.toMatchObject({
    code: "label-unknown",
    message: expect.stringContaining("loadClassifier({ examplesOf: persona })"),
  });
});
