import { type Classifier, type Persona, PersonaGuardError } from "@persona-guard/core";
import { modelFolder as shippedFolder } from "@persona-guard/model";
import * as z from "zod";
import { cascade } from "./cascade.js";
import { type Encoder, loadEncoder } from "./encoder.js";
import { encoderFingerprint } from "./encoder-fingerprint.js";
import { ensemble } from "./ensemble.js";
import { loadLexical } from "./lexical.js";
import { classifierName, type Manifest, readManifest, type Tier, tiers } from "./manifest.js";
import { withExamples } from "./persona-examples.js";
import { withCache } from "./score-cache.js";
import { loadSequenceClassifier } from "./sequence-classifier.js";
import { readTraitHead } from "./trait-head.js";
import { refuseMisfits, withTraits } from "./with-traits.js";

export interface LoadClassifierOptions {
  /**
   * "lexical": microseconds, no thread, no optional package; "encoder": milliseconds; "ensemble": both for every text;
   * "cascade": the encoder only where the lexical model is unsure. @default "cascade"
   */
  readonly tier?: Tier;
  /** Folder or id of another sequence classifier, in place of a tier of ours. */
  readonly model?: string;
  /** Folder with weights in our own format. @default the shipped one */
  readonly modelFolder?: string;
  /** Longest wait for the encoder, in milliseconds, for each 16 windows of 180 words; >= 1. @default 10000 */
  readonly timeoutMs?: number;
  /**
   * Threads of the encoder, >= 1. One runs on two cores, which is best for one text at a time; each of several runs on one core, which is best for
   * many. @default 1
   */
  readonly threads?: number;
  /** Different texts whose scores are remembered, by a hash of the text; 0: none. @default 0 */
  readonly cachedTexts?: number;
  /** Paths of custom traits, as "persona-guard train" writes them: their names become labels. @default [] */
  readonly traits?: readonly string[];
  /** A persona whose `examples` move its confidence; what they take from it goes to the label "unlike-examples". */
  readonly examplesOf?: Persona;
  /** Whether a `model` given by id may be fetched from the Hugging Face hub. @default false */
  readonly allowDownload?: boolean;
}

const optionsSchema = z
  .object({
    tier: z.enum(tiers).optional(),
    model: z.string().min(1).optional(),
    modelFolder: z.string().min(1).optional(),
    timeoutMs: z
      .int()
      .min(1)
      .max(2 ** 31 - 1)
      .optional(),
    threads: z.int().min(1).max(64).optional(),
    cachedTexts: z.int().min(0).max(10_000_000).optional(),
    traits: z.array(z.string().min(1)).optional(),
    examplesOf: z.looseObject({ name: z.string() }).optional(),
    allowDownload: z.boolean().optional(),
  })
  .refine(({ model, tier }) => model === undefined || tier === undefined, {
    path: ["tier"],
    message: "cannot be given together with model: choose one",
  })
  .refine(({ model, modelFolder }) => model === undefined || modelFolder === undefined, {
    path: ["modelFolder"],
    message: "cannot be given together with model: it is the folder of our own weights",
  })
  .refine(({ model, traits = [] }) => model === undefined || traits.length === 0, {
    path: ["traits"],
    message: "cannot be given together with model: custom traits are trained on our own weights",
  })
  .refine(({ model, examplesOf }) => model === undefined || examplesOf?.examples === undefined, {
    path: ["examplesOf"],
    message: "cannot be given together with model: they are learned on our own weights",
  });

/**
 * The shipped classifier, one of its tiers, or another model. Close it when done.
 *
 * @throws PersonaGuardError "options-invalid", "model-missing", "model-unreadable", "trait-unreadable" or "trait-mismatch"
 */
export async function loadClassifier(options: LoadClassifierOptions = {}): Promise<Classifier> {
  const checked = optionsSchema.safeParse(options);
  if (!checked.success)
    throw new PersonaGuardError("options-invalid", `Invalid options: ${z.prettifyError(checked.error)}`);
  const { tier = "cascade", model, timeoutMs = 10_000, threads = 1, cachedTexts = 0 } = options;
  const { modelFolder = shippedFolder, traits = [], examplesOf, allowDownload = false } = options;
  const classifier =
    model === undefined
      ? await loadTier(tier, modelFolder, { timeoutMs, threads, traits, examplesOf })
      : await loadSequenceClassifier(model, { timeoutMs, threads, allowDownload });
  return withCache(classifier, cachedTexts);
}

interface LoadTierOptions extends Required<Pick<LoadClassifierOptions, "timeoutMs" | "threads" | "traits">> {
  readonly examplesOf: Persona | undefined;
}

async function loadTier(
  tier: Tier,
  modelFolder: string,
  { timeoutMs, threads, traits, examplesOf }: LoadTierOptions,
): Promise<Classifier> {
  const manifest = await readManifest(modelFolder);
  const heads = await Promise.all(traits.map(readTraitHead));
  if (heads.length > 0) {
    const { dims } = manifest.encoder;
    refuseMisfits(
      heads,
      tier === "lexical" ? undefined : { ...(await encoderFingerprint(modelFolder, manifest)), dims },
    );
  }
  const encoder =
    tier === "lexical" ? undefined : await loadEncoder(modelFolder, manifest, { timeoutMs, threads });
  try {
    // Where every text passes through the encoder anyway, the cascade would save nothing.
    const readsStates = examplesOf?.examples !== undefined || heads.some((head) => head.encoder !== null);
    const scoringTier = tier === "cascade" && readsStates ? "ensemble" : tier;
    const scoring = withTraits(
      await classifierOf(scoringTier, modelFolder, manifest, encoder),
      heads,
      encoder,
    );
    return examplesOf?.examples === undefined
      ? scoring
      : await withExamples(scoring, { ...examplesOf, examples: examplesOf.examples }, encoder);
  } catch (error) {
    await encoder?.close();
    throw error;
  }
}

async function classifierOf(
  tier: Tier,
  modelFolder: string,
  manifest: Manifest,
  encoder: Encoder | undefined,
): Promise<Classifier> {
  if (tier === "encoder" && encoder !== undefined) return encoder;
  const lexical = await loadLexical(modelFolder, manifest);
  if (encoder === undefined) return lexical;
  const name = classifierName(manifest, tier);
  return tier === "ensemble"
    ? ensemble(lexical, encoder, manifest.ensemble, name)
    : cascade(lexical, encoder, manifest, name);
}
