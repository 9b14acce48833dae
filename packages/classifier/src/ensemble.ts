import type { Classifier, ScorableText, TraitScores } from "@persona-guard/core";
import type { Manifest } from "./manifest.js";
import { softmax } from "./softmax.js";

/** Scores below this count as this: no label may be ruled out by one model alone. */
const leastProbability = 1e-12;

/**
 * Both models asked about every text, and their scores mixed.
 *
 * Closing it closes both.
 */
export function ensemble(
  lexical: Classifier,
  encoder: Classifier,
  settings: Manifest["ensemble"],
  name: string,
): Classifier {
  return {
    name,
    labels: lexical.labels,
    score: async (texts) => {
      const [ofLexical, ofEncoder] = await Promise.all([lexical.score(texts), encoder.score(texts)]);
      return texts.map((text, at) => mixed(text, ofLexical[at] ?? {}, ofEncoder[at] ?? {}, settings));
    },
    close: async () => {
      await Promise.all([lexical.close(), encoder.close()]);
    },
  };
}

/** Two rows as one: the geometric mean, weighted by `lexicalWeight`, sharpened by the kind's temperature. */
export function mixed(
  { kind }: Pick<ScorableText, "kind">,
  ofLexical: TraitScores,
  ofEncoder: TraitScores,
  { lexicalWeight, temperature }: Manifest["ensemble"],
): TraitScores {
  const logarithm = (scores: TraitScores, label: string) =>
    Math.log(Math.max(leastProbability, scores[label] ?? 0));
  const labels = Object.keys(ofLexical);
  const logits = labels.map(
    (label) =>
      lexicalWeight * logarithm(ofLexical, label) + (1 - lexicalWeight) * logarithm(ofEncoder, label),
  );
  return softmax(logits, labels, temperature[kind]);
}
