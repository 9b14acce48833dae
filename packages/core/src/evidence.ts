import type { Classifier } from "./classifier.js";
import { joinedTo, without } from "./occlusion.js";
import type { Persona } from "./persona.js";
import { sentencesOf } from "./sentence.js";
import { inOriginal, type Utterance } from "./utterance.js";
import { confidenceOf, type Span } from "./verdict.js";
import type { Offsets } from "./voice.js";

/** Windows that are scored at the most: bounds the cost on a very long text. */
const mostWindows = 32;
const mostSpans = 3;
/** Windows that are tried beside those found: of them alone the next one comes in practice. */
const mostCandidates = 8;

export interface EvidenceOptions {
  readonly classifier: Classifier;
  readonly persona: Persona;
  /** Whether a text of the utterance's kind with this confidence is still drift. */
  readonly isDrift: (confidence: number) => boolean;
}

/**
 * The sentences that carry a drift: few, at most three, without which the text would not have been called drifted, or else the
 * three without which it is surest. One batched call to the classifier for each of them.
 *
 * Found one after the other: first the sentence without which the confidence is highest, then that without which, beside the
 * first, it is highest, until the rest is no drift.
 *
 * @see Zeiler and Fergus, Visualizing and understanding convolutional networks, arXiv 1311.2901 (occlusion)
 */
export async function evidenceFor(
  utterance: Utterance,
  { classifier, persona, isDrift }: EvidenceOptions,
): Promise<readonly Span[]> {
  const { kind, text } = utterance;
  const windows = joinedTo(mostWindows, sentencesOf(text));
  if (windows.length <= 1) return windows.map((window) => spanOf(utterance, window));
  let candidates = windows;
  const found: Offsets[] = [];
  while (candidates.length > 0 && found.length < mostSpans) {
    const texts = candidates.map((one) => ({ text: without(text, [...found, one]), kind }));
    const scores = await classifier.score(texts);
    const ranked = candidates
      .map((window, at) => ({ window, confidence: confidenceOf(scores[at] ?? {}, persona, kind) }))
      .sort((a, b) => b.confidence - a.confidence);
    const [first, ...others] = ranked;
    if (first === undefined) break;
    found.push(first.window);
    if (!isDrift(first.confidence)) break;
    candidates = others.slice(0, mostCandidates).map(({ window }) => window);
  }
  return found.toSorted((a, b) => a.start - b.start).map((window) => spanOf(utterance, window));
}

function spanOf(utterance: Utterance, window: Offsets): Span {
  const offsets = inOriginal(utterance, window);
  return { ...offsets, text: utterance.original.slice(offsets.start, offsets.end) };
}
