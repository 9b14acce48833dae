export {
  type Calibration,
  type CalibrationText,
  type ConfidencesByKind,
  calibrationFor,
} from "./calibration.js";
export type { Classifier, ScorableText } from "./classifier.js";
export { countUpTo, pValue, textsNeededFor } from "./conformal.js";
export {
  type Action,
  actions,
  type DriftEvent,
  type DriftListener,
  driftEventJsonSchema,
  driftEventOf,
  driftEventSchema,
  fieldOf,
  parseDriftEvent,
  utteranceRecordOf,
} from "./drift-event.js";
export {
  advanceDrift,
  type DriftState,
  driftEValue,
  driftStart,
  initialDriftState,
} from "./drift-statistic.js";
export { type ErrorCode, messageOf, PersonaGuardError, personaGuardErrorIn } from "./errors.js";
export { evidenceFor } from "./evidence.js";
export { Fleet, type FleetDrift } from "./fleet.js";
export { type Judgement, type JudgeOptions, PersonaGuard, type PersonaGuardOptions } from "./guard.js";
export { masked } from "./mask.js";
export {
  definePersona,
  type Persona,
  type PersonaInput,
  parsePersona,
  personaJsonSchema,
  unlikeExamples,
} from "./persona.js";
export { sentencesOf, wordCount } from "./sentence.js";
export { mostSessions, type SessionSnapshot, type SessionState } from "./session.js";
export { parseStep, type Step, type StepInput, type ToolCall } from "./step.js";
export { shippedLabels, type Trait, type TraitScores, topTrait } from "./trait-scores.js";
export { globFits, type Kind, kinds, type Utterance, utterancesOf, utterancesOfCall } from "./utterance.js";
export {
  confidenceOf,
  driftedTo,
  type JudgedUtterance,
  type Outcome,
  type Span,
  type StepOutcome,
  type Verdict,
} from "./verdict.js";
export type { Offsets } from "./voice.js";
