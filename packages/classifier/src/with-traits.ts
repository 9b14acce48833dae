import { type Classifier, PersonaGuardError, type TraitScores } from "@persona-guard/core";
import type { Encoder } from "./encoder.js";
import type { EncoderFingerprint } from "./encoder-fingerprint.js";
import { dot } from "./logistic-regression.js";
import { traitFeatureCount, traitFeatures } from "./trait-features.js";
import { type TraitHead, traitHeadId, unpackedWeights } from "./trait-head.js";

/** Beyond it a probability is 0 or 1 in doubles. */
const largestLogit = 30;

/**
 * A classifier that scores custom traits besides its own labels.
 *
 * A trait of odds o = q / (1 - q) against all else takes o / (1 + sum of all traits' o) of the row, and the classifier's
 * own labels share what is left in their own proportions. With one trait that is its probability q, and 1 - q for them:
 * a text that shows no custom trait keeps its scores.
 *
 * @param encoder the one that the classifier scores by, if it has one: each text then passes through it once
 */
export function withTraits(
  classifier: Classifier,
  heads: readonly TraitHead[],
  encoder?: Encoder,
): Classifier {
  if (heads.length === 0) return classifier;
  const traits = heads.map((head) => ({ name: head.name, bias: head.bias, weights: unpackedWeights(head) }));
  const readsStates = heads.some((head) => head.encoder !== null);
  return {
    name: [classifier.name, ...heads.map(traitHeadId)].join("+"),
    labels: [...classifier.labels, ...traits.map(({ name }) => name)],
    score: async (texts) => {
      // Objects of our own: the encoder remembers their states only until this call ends.
      const own = texts.map(({ text, kind }) => ({ text, kind }));
      const features = await traitFeatures(own, readsStates ? encoder : undefined);
      const rows = await classifier.score(own);
      return rows.map((row, at) => {
        const found = features[at] ?? new Float64Array(0);
        return joined(
          row,
          traits.map(({ name, bias, weights }) => [name, bias + dot(weights, found)] as const),
        );
      });
    },
    close: () => classifier.close(),
  };
}

/** A row with the traits of these logits in it; it still sums to 1. */
export function joined(row: TraitScores, logits: readonly (readonly [string, number])[]): TraitScores {
  const odds = logits.map(
    ([name, logit]) => [name, Math.exp(Math.max(-largestLogit, Math.min(largestLogit, logit)))] as const,
  );
  const rest = 1 / odds.reduce((sum, [, one]) => sum + one, 1);
  return Object.fromEntries([
    ...Object.entries(row).map(([label, probability]) => [label, probability * rest]),
    ...odds.map(([name, one]) => [name, one * rest]),
  ]);
}

/**
 * Refuses heads that were trained on another encoder, that need one where there is none, or that share a name.
 *
 * @param encoder undefined where the tier has none
 * @throws PersonaGuardError "trait-mismatch"
 */
export function refuseMisfits(
  heads: readonly TraitHead[],
  encoder: (EncoderFingerprint & { readonly dims: number }) | undefined,
): void {
  for (const [at, head] of heads.entries()) {
    const fault = heads.slice(0, at).some(({ name }) => name === head.name)
      ? "is given twice. Keep one of them."
      : misfitOf(head, encoder);
    if (fault !== undefined)
      throw new PersonaGuardError("trait-mismatch", `The trait "${head.name}" ${fault}`);
  }
}

function misfitOf(
  head: TraitHead,
  encoder: (EncoderFingerprint & { readonly dims: number }) | undefined,
): string | undefined {
  const features = unpackedWeights(head).length;
  if (head.encoder === null) {
    return features === traitFeatureCount(0) ? undefined : damaged(features, traitFeatureCount(0));
  }
  if (encoder === undefined) {
    return 'reads the encoder, which the tier "lexical" does not run. Use another tier, or train it with --tier lexical.';
  }
  if (head.encoder.sha256 !== encoder.sha256) {
    return `was trained on other weights (${head.encoder.name}) than those loaded (${encoder.name}). Train it again.`;
  }
  return features === traitFeatureCount(encoder.dims)
    ? undefined
    : damaged(features, traitFeatureCount(encoder.dims));
}

function damaged(have: number, need: number): string {
  return `is damaged: its file holds ${have} weights, ${need} are needed. Train it again.`;
}
