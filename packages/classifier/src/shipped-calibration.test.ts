import { kinds, shippedLabels } from "@persona-guard/core";
import { modelFolder } from "@persona-guard/model";
import { expect, test } from "vitest";
import { readManifest, tiers } from "./manifest.js";
import { calibrationTexts } from "./shipped-calibration.js";

test.each(tiers)(
  "every calibration text of the tier %s has its kind, its label and a full row of scores",
  async (tier) => {
    const { calibration } = await readManifest(modelFolder);
    const texts = await calibrationTexts(tier);
    expect(texts).toHaveLength(calibration.rows);
    for (const { kind, label, scores } of texts) {
      expect(kinds).toContain(kind);
      expect(Object.keys(scores)).toEqual([...shippedLabels]);
      expect(shippedLabels).toContain(label);
      // Twelve values, each rounded to a 65,535th.
      expect(Math.abs(Object.values(scores).reduce((sum, p) => sum + p, 0) - 1)).toBeLessThan(12 / 65_535);
    }
  },
);

test("the tiers have scores of their own for the same texts", async () => {
  const [lexical, encoder] = await Promise.all([calibrationTexts("lexical"), calibrationTexts("encoder")]);
  expect(lexical.map(({ label }) => label)).toEqual(encoder.map(({ label }) => label));
  expect(lexical[0]?.scores).not.toEqual(encoder[0]?.scores);
});
