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
  factTypes,
  fieldOf,
  parseDriftEvent,
  utteranceRecordOf,
} from "./drift-event.js";
export {
  advanceDrift,
  type DriftState,
  driftEValue,
  initialDriftState,
  likeliestChange,
} from "./drift-statistic.js";
export { type ErrorCode, messageOf, PersonaGuardError, personaGuardErrorIn } from "./errors.js";
export { evidenceFor } from "./evidence.js";
export { type Contribution, type Explanation, explainByOcclusion, logOddsOf } from "./explanation.js";
export { Fleet, type FleetDrift } from "./fleet.js";
export { type Judgement, type JudgeOptions, PersonaGuard } from "./guard.js";
export type { Criterion, PersonaGuardOptions } from "./guard-options.js";
export { masked } from "./mask.js";
export {
  definePersona,
  type Persona,
  type PersonaInput,
  parsePersona,
  personaJsonSchema,
  unlikeExamples,
} from "./persona.js";
export { seededRandom } from "./seeded-random.js";
export { sentencesOf, wordCount } from "./sentence.js";
export { mostSessions } from "./session.js";
export type { SessionSnapshot, SessionState } from "./session-snapshot.js";
export { parseStep, type Step, type StepInput, type ToolCall } from "./step.js";
export { shippedLabels, type Trait, type TraitScores, topTrait } from "./trait-scores.js";
export {
  globFits,
  inOriginal,
  type Kind,
  kinds,
  type Utterance,
  utterancesOf,
  utterancesOfCall,
} from "./utterance.js";
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
