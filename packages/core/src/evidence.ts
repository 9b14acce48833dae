import type { Classifier } from "./classifier.js";
import type { Persona } from "./persona.js";
import { sentencesOf } from "./sentence.js";
import type { Trait, TraitScores } from "./trait-scores.js";
import { inOriginal, type Utterance } from "./utterance.js";
import { confidenceOf, type Span } from "./verdict.js";
import type { Offsets } from "./voice.js";

/** Windows that are scored at the most: bounds the cost on a very long text. */
const mostWindows = 32;
const mostSpans = 3;
/** A further sentence counts as evidence if it is at least this share as strong as the strongest. */
const shareOfStrongest = 0.6;

/**
 * The sentences that carry a drift: those which, scored alone, show most of the trait that took over (or, when the
 * persona's own character is missing, least of it). One further batched call to the classifier.
 */
export async function evidenceFor(
  utterance: Utterance,
  trait: Trait | "suppressed",
  { classifier, persona }: { readonly classifier: Classifier; readonly persona: Persona },
): Promise<readonly Span[]> {
  const windows = windowsOf(sentencesOf(utterance.text));
  if (windows.length <= 1) return windows.map((window) => spanOf(utterance, window));
  const scores = await classifier.score(
    windows.map(({ start, end }) => ({ text: utterance.text.slice(start, end), kind: utterance.kind })),
  );
  const ranked = windows
    .map((window, index) => ({
      window,
      strength: strengthOf(scores[index] ?? {}, trait, persona, utterance),
    }))
    .sort((a, b) => b.strength - a.strength);
  const strongest = ranked[0]?.strength ?? 0;
  return ranked
    .filter(({ strength }, rank) => rank === 0 || strength >= shareOfStrongest * strongest)
    .slice(0, mostSpans)
    .sort((a, b) => a.window.start - b.window.start)
    .map(({ window }) => spanOf(utterance, window));
}

function strengthOf(
  scores: TraitScores,
  trait: Trait | "suppressed",
  persona: Persona,
  utterance: Utterance,
): number {
  return trait === "suppressed" ? 1 - confidenceOf(scores, persona, utterance.kind) : (scores[trait] ?? 0);
}

/** At most `mostWindows` runs of neighbouring sentences, of equal count. */
function windowsOf(sentences: readonly Offsets[]): readonly Offsets[] {
  const size = Math.ceil(sentences.length / mostWindows);
  const windows: Offsets[] = [];
  for (let at = 0; at < sentences.length; at += size) {
    const first = sentences[at];
    const last = sentences[Math.min(at + size, sentences.length) - 1];
    if (first !== undefined && last !== undefined) windows.push({ start: first.start, end: last.end });
  }
  return windows;
}

function spanOf(utterance: Utterance, window: Offsets): Span {
  const offsets = inOriginal(utterance, window);
  return { ...offsets, text: utterance.original.slice(offsets.start, offsets.end) };
}
