import { expect, test } from "vitest";
import { evidenceAgreement } from "./agreement.js";
import { corpusTexts } from "./corpus-texts.js";
import { shuffled } from "./shuffled.js";

test("of drifted texts at least four in five are no drift without their evidence; without other sentences few are", async () => {
  const sample = shuffled(corpusTexts(), 1).slice(0, 400);
  const { drifted, withoutEvidence, withoutOthers } = await evidenceAgreement(sample, {
    tier: "lexical",
    seed: 1,
  });
  expect(drifted).toBeGreaterThan(200);
  expect(withoutEvidence["no longer drifted"] / drifted).toBeGreaterThanOrEqual(0.8);
  expect(withoutOthers["no longer drifted"] / drifted).toBeLessThan(0.5);
});
