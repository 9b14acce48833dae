import { type Kind, PersonaGuardError } from "@persona-guard/core";
import { modelFolder as shippedFolder } from "@persona-guard/model";
import { loadEncoder } from "./encoder.js";
import { encoderFingerprint } from "./encoder-fingerprint.js";
import { fitHead } from "./fit-head.js";
import { shuffled } from "./grouped-folds.js";
import { readManifest } from "./manifest.js";
import { type TraitTier, traitFeatures } from "./trait-features.js";
import { packedWeights, refuseTraitName, type TraitHead } from "./trait-head.js";

/** Fewer texts of a class say nothing that would hold for the next one. */
export const fewestExamples = 8;
/** More add seconds and nothing else to a line this simple. */
const mostPerClass = 500;
/** Texts between two looks at `signal`. */
const batchSize = 32;

export interface TraitExample {
  readonly text: string;
  readonly kind: Kind;
  /** Whether the text shows the trait. */
  readonly isPositive: boolean;
  /** Examples that share one are never on both sides of a split, such as two answers to one letter. */
  readonly scenario?: string;
}

export interface TrainTraitOptions {
  readonly name: string;
  /** "lexical": words alone, for guards without the encoder. @default "encoder" */
  readonly tier?: TraitTier;
  /** Folder with weights in our own format. @default the shipped one */
  readonly modelFolder?: string;
  /** Which texts are left out together; the same seed gives the same trait. @default 1 */
  readonly seed?: number;
  /** Longest wait for the encoder, in milliseconds, for each 16 windows of 180 words. @default 10000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * A custom trait from texts that show it and texts that do not, with what cross-validation says of it. Of a class of more
 * than 500 texts, 500 are used. Texts that are there twice are left out together.
 *
 * @throws PersonaGuardError "options-invalid", "trait-examples-too-few", "model-missing", "model-unreadable" or
 * "classifier-failed"; the signal's reason if it was aborted
 */
export async function trainTrait(
  examples: readonly TraitExample[],
  options: TrainTraitOptions,
): Promise<TraitHead> {
  const {
    name,
    tier = "encoder",
    modelFolder = shippedFolder,
    seed = 1,
    timeoutMs = 10_000,
    signal,
  } = options;
  refuseTraitName(name);
  const used = [true, false].flatMap((positive) => {
    const ofClass = examples.filter(({ isPositive }) => isPositive === positive);
    return ofClass.length <= mostPerClass ? ofClass : shuffled(ofClass, seed).slice(0, mostPerClass);
  });
  const isPositive = used.map((example) => example.isPositive);
  const groups = groupsOf(used);
  refuseTooFew(isPositive, groups, name);
  const manifest = await readManifest(modelFolder);
  const encoder =
    tier === "encoder" ? await loadEncoder(modelFolder, manifest, { timeoutMs, threads: 1 }) : undefined;
  try {
    const features: Float64Array[] = [];
    for (let from = 0; from < used.length; from += batchSize) {
      signal?.throwIfAborted();
      features.push(...(await traitFeatures(used.slice(from, from + batchSize), encoder)));
    }
    signal?.throwIfAborted();
    const { weights, bias, validation } = fitHead(features, isPositive, groups, seed);
    const positives = isPositive.filter(Boolean).length;
    return {
      schema: "persona-guard/trait/1",
      name,
      encoder: encoder === undefined ? null : await encoderFingerprint(modelFolder, manifest),
      ...packedWeights(weights),
      bias,
      training: { positives, negatives: used.length - positives, ...validation, seed },
    };
  } finally {
    await encoder?.close();
  }
}

/** Name of what must stay together: the scenario, or the text itself. */
function groupsOf(examples: readonly Pick<TraitExample, "text" | "scenario">[]): readonly string[] {
  return examples.map(({ text, scenario }) =>
    scenario === undefined ? `text ${text.trim()}` : `scenario ${scenario}`,
  );
}

function refuseTooFew(isPositive: readonly boolean[], groups: readonly string[], name: string): void {
  for (const positive of [true, false]) {
    const ofClass = groups.filter((_, at) => isPositive[at] === positive);
    const what = positive ? `that show "${name}"` : `that do not show "${name}"`;
    if (ofClass.length < fewestExamples) {
      throw new PersonaGuardError(
        "trait-examples-too-few",
        `There are ${ofClass.length} texts ${what}, at least ${fewestExamples} are needed; 20 of each are enough to be useful.`,
      );
    }
    const distinct = new Set(ofClass).size;
    if (distinct < 2) {
      throw new PersonaGuardError(
        "trait-examples-too-few",
        `All ${ofClass.length} texts ${what} share one scenario or are the same text: nothing is left to test on. Add others.`,
      );
    }
  }
}
