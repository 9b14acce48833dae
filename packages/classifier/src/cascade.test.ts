import type { Classifier, ScorableText } from "@persona-guard/core";
import { classifierCases } from "@persona-guard/core/testing";
import { modelFolder } from "@persona-guard/model";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cascade } from "./cascade.js";
import { loadClassifier } from "./load-classifier.js";
import { readManifest } from "./manifest.js";

classifierCases({ create: () => loadClassifier({ tier: "cascade" }), tolerance: 1e-12 });

const texts: readonly ScorableText[] = [
  "Thanks!",
  "Oh brilliant, another form. Because the first nine were clearly not enough fun for anyone.",
  "ok, sent",
  "I am so, so sorry. This is entirely my fault, and I should have caught it. Please forgive me.",
  "Two plus two, as it were.",
  "The parcel left the depot on Tuesday and should reach you by Friday.",
].map((text) => ({ text, kind: "message" }));

let lexical: Classifier;
let encoder: Classifier;
beforeAll(async () => {
  lexical = await loadClassifier({ tier: "lexical" });
  encoder = await loadClassifier({ tier: "encoder" });
});
afterAll(() => encoder.close());

test.each([0, 0.3, 0.63, 0.9, 1])(
  "behind a gate of %d, sure texts keep their lexical scores and the others get the ensemble's",
  async (gate) => {
    const manifest = await readManifest(modelFolder);
    const ofEnsemble = await loadClassifier({ tier: "ensemble" });
    const first = await lexical.score(texts);
    const both = await ofEnsemble.score(texts);
    await ofEnsemble.close();
    const rows = await cascade(lexical, encoder, { ...manifest, cascade: { gate } }, "cascade").score(texts);
    for (const [at, row] of rows.entries()) {
      const isSure = Math.max(...Object.values(first[at] ?? {})) >= gate;
      expect(row, texts[at]?.text).toEqual(isSure ? first[at] : both[at]);
    }
  },
);

test("the shipped gate leaves some texts to the encoder and answers others alone", async () => {
  const { gate } = (await readManifest(modelFolder)).cascade;
  const sure = (await lexical.score(texts)).filter((row) => Math.max(...Object.values(row)) >= gate);
  expect(sure.length).toBeGreaterThan(0);
  expect(sure.length).toBeLessThan(texts.length);
});
