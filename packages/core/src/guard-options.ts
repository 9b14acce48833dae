import * as z from "zod";
import type { Calibration } from "./calibration.js";
import type { Classifier } from "./classifier.js";
import { PersonaGuardError } from "./errors.js";
import { type Persona, unlikeExamples } from "./persona.js";
import { kinds } from "./utterance.js";
import { inPersonaLabels } from "./verdict.js";

const rate = z.number().gt(0).lt(1);
const optionsSchema = z
  .object({
    falseAlarmRate: rate.optional(),
    threshold: rate.optional(),
    minWords: z.int().min(1).optional(),
    plainWords: z.int().min(0).optional(),
    missRate: rate.optional(),
    sessionAlarmRate: rate.optional(),
  })
  .refine(({ falseAlarmRate, threshold }) => falseAlarmRate === undefined || threshold === undefined, {
    path: ["threshold"],
    message: "cannot be given together with falseAlarmRate: choose one",
  });

export interface PersonaGuardOptions {
  readonly persona: Persona;
  readonly classifier: Classifier;
  /** In-persona confidences to compare with; needed unless `threshold` is given. */
  readonly calibration?: Calibration;
  /** Share of in-persona utterances that may be called drifted, in (0, 1). @default 0.01 unless `threshold` is given */
  readonly falseAlarmRate?: number;
  /** Judge by confidence < threshold instead, in (0, 1). */
  readonly threshold?: number;
  /** An utterance with fewer words is undecided: too little to tell a character from. @default 8 */
  readonly minWords?: number;
  /**
   * For a persona that must show character: a plain utterance with fewer words is not drift by itself; a session of them is.
   * @default 40
   */
  readonly plainWords?: number;
  /**
   * Share of drifted utterances that may pass as in persona, in (0, 1). Where this and `falseAlarmRate` cannot both be kept, an
   * utterance is undecided. Without calibration texts of other characters nothing is. @default 0.1
   */
  readonly missRate?: number;
  /** What the user should know of how the guard was set up: its own `warnings` begin with them. @default [] */
  readonly warnings?: readonly string[];
  /** Whether the classifier reads the language of a text; what it does not read is undecided. @default every text */
  readonly understands?: (text: string) => boolean;
  /** Share of in-persona sessions that may ever raise the session alarm, in (0, 1). @default 0.05 */
  readonly sessionAlarmRate?: number;
}

/** What is called drift: a p-value up to the rate, or a confidence below the threshold. */
export type Criterion = { readonly falseAlarmRate: number } | { readonly threshold: number };

/** @throws PersonaGuardError "options-invalid" naming every faulty option, or "label-unknown" */
export function refuseInvalid(options: PersonaGuardOptions): void {
  const checked = optionsSchema.safeParse(options);
  if (!checked.success)
    throw new PersonaGuardError("options-invalid", `Invalid options: ${z.prettifyError(checked.error)}`);
  const { persona, classifier, calibration, threshold } = options;
  if (threshold === undefined && calibration === undefined) {
    throw new PersonaGuardError(
      "options-invalid",
      "A false-alarm rate needs a `calibration`; give one, or a `threshold`.",
    );
  }
  refuseUnknownLabels(persona, classifier);
}

function refuseUnknownLabels(persona: Persona, classifier: Classifier): void {
  if (persona.examples !== undefined && !classifier.labels.includes(unlikeExamples)) {
    throw new PersonaGuardError(
      "label-unknown",
      `Persona "${persona.name}" has examples, from which ${classifier.name} learned nothing. ` +
        "Load the classifier with them: loadClassifier({ examplesOf: persona }).",
    );
  }
  const named = [...inPersonaLabelsOfAllKinds(persona), ...persona.avoids];
  const unknown = [...new Set(named)].filter((label) => !classifier.labels.includes(label));
  if (unknown.length === 0) return;
  throw new PersonaGuardError(
    "label-unknown",
    `Persona "${persona.name}" names ${unknown.map((label) => `"${label}"`).join(", ")}, which ${classifier.name} does not score. ` +
      `Its labels: ${classifier.labels.join(", ")}.`,
  );
}

function inPersonaLabelsOfAllKinds(persona: Persona): readonly string[] {
  return kinds.flatMap((kind) => [...inPersonaLabels(persona, kind)]);
}
