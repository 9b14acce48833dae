import { type Classifier, PersonaGuardError } from "@persona-guard/core";
import { modelFolder as shippedFolder } from "@persona-guard/model";
import * as z from "zod";
import { cascade } from "./cascade.js";
import { loadEncoder } from "./encoder.js";
import { encoderFingerprint } from "./encoder-fingerprint.js";
import { ensemble } from "./ensemble.js";
import { loadLexical } from "./lexical.js";
import { classifierName, readManifest, type Tier, tiers } from "./manifest.js";
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
  /** Paths of custom traits, as "persona-guard train" writes them: their names become labels. @default [] */
  readonly traits?: readonly string[];
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
    traits: z.array(z.string().min(1)).optional(),
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
  const { tier = "cascade", model, timeoutMs = 10_000, allowDownload = false } = options;
  if (model !== undefined) return loadSequenceClassifier(model, { timeoutMs, allowDownload });
  return loadTier(tier, options.modelFolder ?? shippedFolder, { timeoutMs, traits: options.traits ?? [] });
}

async function loadTier(
  tier: Tier,
  modelFolder: string,
  { timeoutMs, traits }: { readonly timeoutMs: number; readonly traits: readonly string[] },
): Promise<Classifier> {
  const manifest = await readManifest(modelFolder);
  const heads = await Promise.all(traits.map(readTraitHead));
  if (heads.length > 0) {
    const { dims } = manifest.encoder;
    const encoder =
      tier === "lexical" ? undefined : { ...(await encoderFingerprint(modelFolder, manifest)), dims };
    refuseMisfits(heads, encoder);
  }
  const name = classifierName(manifest, tier);
  switch (tier) {
    case "lexical":
      return withTraits(await loadLexical(modelFolder, manifest), heads);
    case "encoder": {
      const encoder = await loadEncoder(modelFolder, manifest, timeoutMs);
      return withTraits(encoder, heads, encoder);
    }
    case "ensemble":
    case "cascade": {
      const lexical = await loadLexical(modelFolder, manifest);
      const encoder = await loadEncoder(modelFolder, manifest, timeoutMs);
      const both =
        tier === "ensemble"
          ? ensemble(lexical, encoder, manifest.ensemble, name)
          : cascade(lexical, encoder, manifest, name);
      return withTraits(both, heads, encoder);
    }
  }
}
