import type { Trait, TraitScores } from "@persona-guard/core";

/** Softmax of logits divided by a temperature: one row of scores, in the order of the labels. */
export function softmax(logits: ArrayLike<number>, labels: readonly Trait[], temperature = 1): TraitScores {
  let highest = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < labels.length; at++) highest = Math.max(highest, logits[at] ?? 0);
  const powers = labels.map((_, at) => Math.exp(((logits[at] ?? 0) - highest) / temperature));
  const sum = powers.reduce((total, power) => total + power, 0);
  return Object.fromEntries(labels.map((label, at) => [label, (powers[at] ?? 0) / sum]));
}
