export { type LoadClassifierOptions, loadClassifier } from "./load-classifier.js";
export { type LoadGuardOptions, loadGuard } from "./load-guard.js";
export type { Tier } from "./manifest.js";
export { readPersona } from "./read-persona.js";
export { calibrationTexts } from "./shipped-calibration.js";
