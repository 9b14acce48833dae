import { readFile } from "node:fs/promises";
import type { Classifier } from "@persona-guard/core";
import { type ScorableText, type TraitScores, topTrait } from "@persona-guard/core";
import { classifierCases } from "@persona-guard/core/testing";
import { modelFolder } from "@persona-guard/model";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadEncoder } from "./encoder.js";
import { loadClassifier } from "./load-classifier.js";
import { readManifest } from "./manifest.js";
import { windowsOf } from "./windows.js";

// No tolerance for batching: a text's scores do not depend on what else is scored.
classifierCases({ create: () => loadClassifier({ tier: "encoder" }), tolerance: 0 });

const parity: readonly (ScorableText & { scores: TraitScores })[] = JSON.parse(
  await readFile(new URL("../../model/parity/encoder.json", import.meta.url), "utf8"),
);
/** The trainer cuts a longer text off where we score all its windows. */
const trained = parity.filter(({ text }) => windowsOf(text).length === 1);

let classifier: Classifier;
beforeAll(async () => {
  classifier = await loadClassifier({ tier: "encoder" });
});
afterAll(() => classifier.close());

test.each(trained)(
  "the trainer's model gives the same scores to $kind: $text",
  async ({ scores, ...text }) => {
    const [row = {}] = await classifier.score([text]);
    for (const label of classifier.labels)
      expect(Math.abs((row[label] ?? -1) - (scores[label] ?? -2)), label).toBeLessThan(0.02);
    const [first = 0, second = 0] = Object.values(scores).sort((a, b) => b - a);
    if (first - second > 0.04) expect(topTrait(row)).toBe(topTrait(scores));
  },
);

test("callers at the same time get what each would get alone", async () => {
  const texts = trained.slice(0, 12).map(({ text, kind }) => ({ text, kind }));
  const together = await Promise.all(texts.map((text) => classifier.score([text])));
  expect(together.flat()).toEqual(await classifier.score(texts));
});

test("drift in the second half of a long text is seen", async () => {
  const plain = "The invoice for March is attached. Please send the payment by Friday. ".repeat(20);
  const sarcastic =
    "Oh, brilliant, yet another form. Because the first nine were clearly not enough fun. ".repeat(20);
  const [before, after] = await classifier.score([
    { kind: "email", text: plain },
    { kind: "email", text: plain + sarcastic },
  ]);
  expect(after?.neutral).toBeLessThan((before?.neutral ?? 0) - 0.1);
});

test("texts whose states were asked for are scored without running the model again", async () => {
  const encoder = await loadEncoder(modelFolder, await readManifest(modelFolder), {
    timeoutMs: 10_000,
    threads: 1,
  });
  const texts = trained.slice(0, 3).map(({ text, kind }) => ({ text, kind }));
  await encoder.states(texts);
  await encoder.close();
  expect(await encoder.score(texts)).toEqual(await classifier.score(texts));
  await expect(encoder.score(texts.map((text) => ({ ...text })))).rejects.toMatchObject({
    code: "classifier-failed",
  });
});
