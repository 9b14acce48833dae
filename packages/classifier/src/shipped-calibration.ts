import { join } from "node:path";
import { type CalibrationText, PersonaGuardError } from "@persona-guard/core";
import { modelFolder as shippedFolder } from "@persona-guard/model";
import { readManifest, type Tier } from "./manifest.js";
import { readWeights } from "./weights-file.js";

/**
 * What `tier` says of each text of the training corpus, scored by a model that did not see it: what
 * `calibrationFor` turns into the calibration of a persona.
 *
 * @param modelFolder weights in our own format; the shipped ones if undefined
 * @throws PersonaGuardError "model-missing" or "model-unreadable"
 */
export async function calibrationTexts(
  tier: Tier,
  modelFolder: string = shippedFolder,
): Promise<readonly CalibrationText[]> {
  const { labels, kinds, calibration } = await readManifest(modelFolder);
  const path = join(modelFolder, calibration.file);
  const { rows, tiers } = calibration;
  const rowSize = tiers.length * labels.length;
  const content = await readWeights(path, rows * (2 + 2 * rowSize));
  const indices = new Uint8Array(content, 0, 2 * rows);
  const probabilities = new Uint16Array(content, 2 * rows);
  const tierOffset = tiers.indexOf(tier) * labels.length;
  if (tierOffset < 0)
    throw new PersonaGuardError("model-unreadable", `${path} holds no scores of tier "${tier}".`);
  return Array.from({ length: rows }, (_, row) => {
    const kind = kinds[indices[2 * row] ?? kinds.length];
    const label = labels[indices[2 * row + 1] ?? labels.length];
    if (kind === undefined || label === undefined)
      throw new PersonaGuardError("model-unreadable", `${path}: row ${row} has no known kind and label.`);
    const at = row * rowSize + tierOffset;
    const scores = Object.fromEntries(
      labels.map((name, offset) => [name, (probabilities[at + offset] ?? 0) / 65_535]),
    );
    return { kind, label, scores };
  });
}
