import { existsSync } from "node:fs";
import {
  type Calibration,
  type Classifier,
  calibrationFor,
  definePersona,
  type Persona,
  PersonaGuard,
  PersonaGuardError,
  type PersonaGuardOptions,
  type PersonaInput,
} from "@persona-guard/core";
import { modelFolder as shippedFolder } from "@persona-guard/model";
import { readCalibration } from "./calibration-file.js";
import { isEnglish } from "./language.js";
import { type LoadClassifierOptions, loadClassifier } from "./load-classifier.js";
import { classifierName, readManifest, tiers } from "./manifest.js";
import { readPersona } from "./read-persona.js";
import { calibrationTexts } from "./shipped-calibration.js";

export interface LoadGuardOptions
  extends Omit<LoadClassifierOptions, "examplesOf">,
    Pick<PersonaGuardOptions, "falseAlarmRate" | "threshold" | "minWords" | "sessionAlarmRate"> {
  /** Path of a YAML or JSON file, or the persona itself. */
  readonly persona: string | Persona | PersonaInput;
  /**
   * One already loaded, for example to share it between guards, in place of the options that load one. It must bring the
   * persona's custom traits and examples: `loadClassifier({ traits: persona.traits, examplesOf: persona })`.
   */
  readonly classifier?: Classifier;
  /** Path of a calibration from your own good traces, as "persona-guard calibrate" writes it. @default the shipped one */
  readonly calibration?: string;
  /** What the classifier reads: other text is undecided. @default "english" for our own weights, "any" for another model */
  readonly language?: "english" | "any";
}

/** Confidence below which a text is drift where no calibration text can say how rare it is: likelier drifted than not. */
const evenOdds = 0.5;

/**
 * A guard of a persona with the shipped classifier and its calibration, ready to judge. Close it when done.
 *
 * @throws PersonaGuardError "persona-unreadable", "persona-invalid", "options-invalid", "label-unknown",
 * "calibration-too-small", "calibration-unreadable", "calibration-mismatch", "model-missing", "model-unreadable", "trait-unreadable" or "trait-mismatch"
 */
export async function loadGuard(options: LoadGuardOptions): Promise<PersonaGuard> {
  const {
    persona: given,
    classifier: shared,
    falseAlarmRate,
    minWords,
    sessionAlarmRate,
    language = options.model === undefined ? "english" : "any",
  } = options;
  refuseConflicts(options);
  const persona = typeof given === "string" ? await readPersona(given) : definePersona(given);
  const traits = [...persona.traits, ...(options.traits ?? [])];
  const learned = options.calibration === undefined ? learnedOf(traits, persona) : [];
  if (learned.length > 0 && falseAlarmRate !== undefined) throw notCalibratedFor(learned);
  const byDefault = learned.length > 0 && options.threshold === undefined;
  const threshold = byDefault ? evenOdds : options.threshold;
  const classifier = shared ?? (await loadClassifier({ ...options, traits, examplesOf: persona }));
  try {
    const calibration = await calibrationOf(persona, classifier, {
      ...options,
      ...(threshold === undefined ? {} : { threshold }),
    });
    return new PersonaGuard({
      persona,
      classifier,
      ...(calibration === undefined ? {} : { calibration }),
      ...(falseAlarmRate === undefined ? {} : { falseAlarmRate }),
      ...(threshold === undefined ? {} : { threshold }),
      ...(language === "english" ? { understands: isEnglish } : {}),
      ...(minWords === undefined ? {} : { minWords }),
      ...(sessionAlarmRate === undefined ? {} : { sessionAlarmRate }),
      ...(byDefault ? { warnings: [judgedByOdds(learned)] } : {}),
    });
  } catch (error) {
    if (shared === undefined) await classifier.close();
    throw error;
  }
}

/** Faults that can be told before anything is loaded. */
function refuseConflicts({
  model,
  tier,
  traits,
  threads,
  cachedTexts,
  classifier,
  threshold,
  calibration,
}: LoadGuardOptions): void {
  if (
    classifier !== undefined &&
    [model, tier, traits, threads, cachedTexts].some((option) => option !== undefined)
  ) {
    throw new PersonaGuardError(
      "options-invalid",
      "`classifier` cannot be given together with `tier`, `model`, `traits`, `threads` or `cachedTexts`: choose one.",
    );
  }
  if (model !== undefined && threshold === undefined && calibration === undefined) throw uncalibrated(model);
}

/** The user's own calibration, or the shipped one if the classifier is ours; none is needed where a threshold decides. */
async function calibrationOf(
  persona: Persona,
  { name }: Classifier,
  options: LoadGuardOptions,
): Promise<Calibration | undefined> {
  const { classifier, model, modelFolder = shippedFolder, threshold, calibration } = options;
  const shipped = await shippedCalibration(persona, name, options);
  if (calibration !== undefined) {
    const folder = classifier === undefined ? folderOfModel(model ?? modelFolder) : undefined;
    const own = await readCalibration(calibration, persona, { name, folder });
    return shipped?.outside === undefined ? own : { ...own, outside: shipped.outside };
  }
  if (shipped === undefined && threshold === undefined) throw uncalibrated(name);
  return shipped;
}

async function shippedCalibration(
  persona: Persona,
  name: string,
  { model, modelFolder = shippedFolder }: LoadGuardOptions,
): Promise<Calibration | undefined> {
  const tier = model === undefined ? tiers.find((one) => name.endsWith(`/${one}`)) : undefined;
  if (tier === undefined || name !== classifierName(await readManifest(modelFolder), tier)) return undefined;
  return calibrationFor(persona, await calibrationTexts(tier, modelFolder));
}

/** Where a model's files are: the shipped ones if none is named; undefined for a model by id. */
export function folderOfModel(model: string = shippedFolder): string | undefined {
  return existsSync(model) ? model : undefined;
}

/** What a user's texts have taught: it moves the confidences, and the calibration texts, of which only scores are shipped, have none for it. */
function learnedOf(traits: readonly string[], { examples }: Persona): readonly string[] {
  return [
    ...(traits.length === 0 ? [] : [`custom traits (${traits.join(", ")})`]),
    ...(examples === undefined ? [] : ["the persona's examples"]),
  ];
}

function notCalibratedFor(learned: readonly string[]): PersonaGuardError {
  return new PersonaGuardError(
    "options-invalid",
    `The shipped calibration has no scores for ${learned.join(" and ")}, so no false-alarm rate can be promised. ` +
      "Make a calibration from your own good traces (persona-guard calibrate), or set `threshold` in place of the rate: the confidence " +
      "in (0, 1) below which a text counts as drift, such as 0.5.",
  );
}

function judgedByOdds(learned: readonly string[]): string {
  return (
    `Judged by a confidence below ${evenOdds}, without a promised false-alarm rate: the shipped calibration has no scores for ` +
    `${learned.join(" and ")}. Make one from your own good traces with "persona-guard calibrate".`
  );
}

function uncalibrated(name: string): PersonaGuardError {
  return new PersonaGuardError(
    "options-invalid",
    `There is no calibration for ${name}, so no false-alarm rate can be promised. ` +
      "Make one from your own good traces (persona-guard calibrate), or set `threshold`: the confidence in (0, 1) below which a " +
      "text counts as drift.",
  );
}
