import { pValue, textsNeededFor } from "./conformal.js";
import { conformalEValue, driftOdds } from "./drift-odds.js";
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

/** Confidences by kind, ascending. */
export type ConfidencesByKind = Readonly<Record<Kind, readonly number[]>>;

/** What a new confidence is compared with. */
export interface Calibration {
  /** Of texts in persona. */
  readonly confidences: ConfidencesByKind;
  /** Of texts that show a label outside the persona, where such texts are known. */
  readonly outside?: ConfidencesByKind;
  /** Largest share of plain texts while a persona that must show character does, in (0, 0.95). @default 0.4 */
  readonly plainShare?: number;
}

/**
 * The calibration of one persona: the confidences of those texts whose character it expresses or allows, and of the others.
 * Plain texts are left out for a persona that must not be plain: how many are too many is for the session to say.
 */
export function calibrationFor(persona: Persona, texts: readonly CalibrationText[]): Calibration {
  const inside = emptyKinds();
  const outside = emptyKinds();
  for (const { kind, label, scores } of texts) {
    const confidence = confidenceOf(scores, persona, kind);
    if (inPersonaLabels(persona, kind).has(label)) inside[kind].push(confidence);
    else if (label !== "neutral") outside[kind].push(confidence);
  }
  return { confidences: sorted(inside), outside: sorted(outside) };
}

function emptyKinds(): Record<Kind, number[]> {
  return { chat: [], email: [], message: [], report: [] };
}

function sorted(confidences: Record<Kind, number[]>): ConfidencesByKind {
  for (const kind of kinds) confidences[kind].sort((a, b) => a - b);
  return confidences;
}

/** p-values by kind at a promised false-alarm rate, and what had to be said when a kind had too few texts. */
export interface PValues {
  /** That a text in persona is as far from it as this one. */
  readonly of: (confidence: number, kind: Kind) => number;
  /** That a drifted text is as near to the persona as this one; 0 where no drifted texts are known. */
  readonly ofDrift: (confidence: number, kind: Kind) => number;
  /** The in-persona confidences that a kind is compared with, ascending. */
  readonly reference: (kind: Kind) => readonly number[];
  /** The e-value of a text: how its odds of drift compare with those of the texts in persona. */
  readonly eValueOf: (confidence: number, kind: Kind) => number;
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
    ofDrift: driftPValues(calibration.outside),
    reference,
    eValueOf: conformalEValues(reference),
    warnings: small.map(
      (kind) =>
        `"${kind}" has ${calibration.confidences[kind].length} calibration texts, too few to stand alone: ` +
        `it is compared with all ${pooled.length} texts of every kind.`,
    ),
  };
}

function conformalEValues(reference: (kind: Kind) => readonly number[]): PValues["eValueOf"] {
  const odds = new Map(
    kinds.map((kind) => {
      const confidences = reference(kind);
      return [kind, { n: confidences.length, sum: sumOf(confidences.map((one) => driftOdds(one))) }] as const;
    }),
  );
  return (confidence, kind) => conformalEValue(driftOdds(confidence), odds.get(kind) ?? { n: 0, sum: 0 });
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** The same p-value from the other side: confidences mirrored, so that a high one is rare. */
function driftPValues(outside: ConfidencesByKind | undefined): PValues["ofDrift"] {
  if (outside === undefined) return () => 0;
  const mirrored = (confidences: readonly number[]) =>
    confidences.map((one) => 1 - one).sort((a, b) => a - b);
  const ofKind = new Map(kinds.map((kind) => [kind, mirrored(outside[kind])] as const));
  const pooled = mirrored(kinds.flatMap((kind) => outside[kind]));
  if (pooled.length < fewestPerKind) return () => 0;
  return (confidence, kind) => {
    const own = ofKind.get(kind) ?? [];
    return pValue(1 - confidence, own.length < fewestPerKind ? pooled : own);
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
