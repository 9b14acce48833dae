import { pValue, textsNeededFor } from "./conformal.js";
import { PersonaGuardError } from "./errors.js";
import type { Persona } from "./persona.js";
import type { Trait, TraitScores } from "./trait-scores.js";
import { type Kind, kinds } from "./utterance.js";
import { confidenceOf, inPersonaLabels } from "./verdict.js";

/** A kind with fewer calibration texts than this is judged against all kinds together. */
const fewestPerKind = 30;

/** A text of known character with the scores that a model which never saw it gave it. */
export interface CalibrationText {
  readonly kind: Kind;
  readonly label: Trait;
  readonly scores: TraitScores;
}

/** In-persona confidences, ascending, by kind: what a new confidence is compared with. */
export interface Calibration {
  readonly confidences: Readonly<Record<Kind, readonly number[]>>;
}

/** The calibration of one persona: the confidences of those texts whose character the persona expresses or allows. */
export function calibrationFor(persona: Persona, texts: readonly CalibrationText[]): Calibration {
  const confidences: Record<Kind, number[]> = { chat: [], email: [], message: [], report: [] };
  for (const { kind, label, scores } of texts) {
    if (inPersonaLabels(persona, kind).has(label))
      confidences[kind].push(confidenceOf(scores, persona, kind));
  }
  for (const kind of kinds) confidences[kind].sort((a, b) => a - b);
  return { confidences };
}

/** p-values by kind at a promised false-alarm rate, and what had to be said when a kind had too few texts. */
export interface PValues {
  readonly of: (confidence: number, kind: Kind) => number;
  readonly warnings: readonly string[];
}

/**
 * p-values that can keep `falseAlarmRate`; a kind with too few texts is compared with all kinds pooled, with a warning.
 *
 * @param falseAlarmRate in (0, 1), or undefined where no rate is promised
 * @throws PersonaGuardError "calibration-too-small" if even the pooled texts are too few for the rate
 */
export function pValuesFor(calibration: Calibration, falseAlarmRate: number | undefined): PValues {
  const pooled = kinds.flatMap((kind) => calibration.confidences[kind]).sort((a, b) => a - b);
  const needed = falseAlarmRate === undefined ? 1 : textsNeededFor(falseAlarmRate);
  if (pooled.length < needed) throw tooFewTexts(pooled.length, needed, falseAlarmRate);
  const small = kinds.filter(
    (kind) => calibration.confidences[kind].length < Math.max(fewestPerKind, needed),
  );
  const reference = (kind: Kind) => (small.includes(kind) ? pooled : calibration.confidences[kind]);
  return {
    of: (confidence, kind) => pValue(confidence, reference(kind)),
    warnings: small.map(
      (kind) =>
        `"${kind}" has ${calibration.confidences[kind].length} calibration texts, too few to stand alone: ` +
        `it is compared with all ${pooled.length} texts of every kind.`,
    ),
  };
}

function tooFewTexts(have: number, needed: number, rate: number | undefined): PersonaGuardError {
  const smallest = Math.ceil((1 / (have + 1)) * 1000) / 1000;
  return new PersonaGuardError(
    "calibration-too-small",
    `Cannot promise a false-alarm rate of ${rate}: the calibration holds ${have} in-persona texts, ${needed} are needed. ` +
      (have === 0
        ? "No calibration text shows what the persona expresses or allows; judge by `threshold` instead."
        : `Set falseAlarmRate to ${smallest} or more, or judge by \`threshold\`.`),
  );
}
