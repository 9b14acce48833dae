export { type CalibrationFile, calibrationFileOf, type Scorer } from "./calibration-file.js";
export { type ExplainOptions, explain } from "./explain.js";
export { type LoadClassifierOptions, loadClassifier } from "./load-classifier.js";
export { folderOfModel, type LoadGuardOptions, loadGuard } from "./load-guard.js";
export { type Tier, tiers } from "./manifest.js";
export { readPersona } from "./read-persona.js";
export { calibrationTexts } from "./shipped-calibration.js";
export {
  fewestExamples,
  type TrainTraitOptions,
  type TraitExample,
  trainTrait,
} from "./train-trait.js";
export { type TraitTier, traitTiers } from "./trait-features.js";
export type { TraitHead } from "./trait-head.js";
