import { readFile } from "node:fs/promises";
import type { ScorableText, TraitScores } from "@persona-guard/core";
import { classifierCases } from "@persona-guard/core/testing";
import { expect, test } from "vitest";
import { loadClassifier } from "./load-classifier.js";

classifierCases({ create: () => loadClassifier({ tier: "lexical" }), tolerance: 1e-12 });

const trained: readonly (ScorableText & { scores: TraitScores })[] = JSON.parse(
  await readFile(new URL("../../model/parity/lexical.json", import.meta.url), "utf8"),
);

test.each(trained)(
  "the trainer's model gives the same scores to $kind: $text",
  async ({ scores, ...text }) => {
    const classifier = await loadClassifier({ tier: "lexical" });
    const [row] = await classifier.score([text]);
    for (const label of classifier.labels)
      expect(Math.abs((row?.[label] ?? -1) - (scores[label] ?? -2)), label).toBeLessThan(1e-4);
  },
);

test("a text scores the same after any other text", async () => {
  const classifier = await loadClassifier({ tier: "lexical" });
  const text = { kind: "email", text: "Thank you, we have booked the room for Friday at ten." } as const;
  const [before] = await classifier.score([text]);
  await classifier.score([{ kind: "chat", text: "Well, well, well, 日本語 and 🙂! ".repeat(2_000) }]);
  expect(await classifier.score([text])).toEqual([before]);
});
