import type { Classifier } from "./classifier.js";
import type { Persona } from "./persona.js";
import { sentencesOf } from "./sentence.js";
import { inOriginal, type Utterance } from "./utterance.js";
import { confidenceOf, type Span } from "./verdict.js";
import type { Offsets } from "./voice.js";

/** Windows that are scored at the most: bounds the cost on a very long text. */
const mostWindows = 32;
const mostSpans = 3;

export interface EvidenceOptions {
  readonly classifier: Classifier;
  readonly persona: Persona;
  /** Whether a text of the utterance's kind with this confidence is still drift. */
  readonly isDrift: (confidence: number) => boolean;
}

/**
 * The sentences that carry a drift: the fewest, at most three, without which the text would not have been called drifted, or
 * else the three without which it is surest. Two further batched calls to the classifier.
 *
 * Sentences are ranked by occlusion: by the confidence in the text without them.
 *
 * @see Zeiler and Fergus, Visualizing and understanding convolutional networks, arXiv 1311.2901 (occlusion)
 */
export async function evidenceFor(
  utterance: Utterance,
  { classifier, persona, isDrift }: EvidenceOptions,
): Promise<readonly Span[]> {
  const { kind, text } = utterance;
  const windows = windowsOf(sentencesOf(text));
  if (windows.length <= 1) return windows.map((window) => spanOf(utterance, window));
  const confidencesWithout = async (removed: readonly (readonly Offsets[])[]) => {
    const texts = removed.map((spans) => ({ text: without(text, spans), kind }));
    return (await classifier.score(texts)).map((scores) => confidenceOf(scores, persona, kind));
  };
  const confidences = await confidencesWithout(windows.map((window) => [window]));
  const ranked = windows
    .map((window, at) => ({ window, confidence: confidences[at] ?? 0 }))
    .sort((a, b) => b.confidence - a.confidence);
  const strongest = ranked.slice(0, mostSpans).map(({ window }) => window);
  const prefixes = strongest.map((_, at) => strongest.slice(0, at + 1));
  const rest = await confidencesWithout(prefixes.slice(1));
  const left = [ranked[0]?.confidence ?? 0, ...rest];
  const enough = left.findIndex((confidence) => !isDrift(confidence));
  return (prefixes[enough] ?? strongest)
    .toSorted((a, b) => a.start - b.start)
    .map((window) => spanOf(utterance, window));
}

function without(text: string, removed: readonly Offsets[]): string {
  let left = "";
  let at = 0;
  for (const { start, end } of removed.toSorted((a, b) => a.start - b.start)) {
    left += text.slice(at, start);
    at = end;
  }
  return left + text.slice(at);
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
