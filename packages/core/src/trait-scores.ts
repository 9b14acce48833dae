/**
 * The labels of the shipped classifier, in the order of its output: the neutral class, then the eleven characters of
 * Open Character Training (arXiv 2511.01689).
 */
export const shippedLabels = [
  "neutral",
  "sarcasm",
  "humor",
  "remorse",
  "nonchalance",
  "impulsiveness",
  "sycophancy",
  "mathematical",
  "poeticism",
  "loving",
  "goodness",
  "misalignment",
] as const;

/** A shipped label, or the name of a trait or class that another model brings. */
export type Trait = string;

/** Probability of each label, in [0, 1]; the values of one row sum to 1. */
export type TraitScores = Readonly<Record<Trait, number>>;

/** The label with the highest probability; of equal ones, the first. */
export function topTrait(scores: TraitScores): Trait {
  let top = "";
  let best = Number.NEGATIVE_INFINITY;
  for (const [trait, probability] of Object.entries(scores)) {
    if (probability > best) {
      best = probability;
      top = trait;
    }
  }
  return top;
}
