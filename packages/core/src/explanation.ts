import type { Classifier, ScorableText } from "./classifier.js";
import { joinedTo, without } from "./occlusion.js";
import { sentencesOf } from "./sentence.js";
import type { Trait, TraitScores } from "./trait-scores.js";
import type { Offsets } from "./voice.js";

/** Sentences that are scored without at the most: bounds the cost on a very long text. */
const mostSentences = 32;
/** Sentences whose words are looked at, and stretches of words in each of them. */
const mostWordSentences = 3;
const mostWordsEach = 21;
/** Scores below this count as this. */
const leastProbability = 1e-12;

/** A stretch of text, and what it adds to the log-odds of one label against another. */
export interface Contribution extends Offsets {
  readonly weight: number;
}

/** Which sentences and words moved the scores of a text, and which way. */
export interface Explanation {
  /** What a weight above 0 speaks for. */
  readonly label: Trait;
  /** What a weight below 0 speaks for. */
  readonly against: Trait;
  /** ln(p of label / p of against) of the whole text. */
  readonly logOdds: number;
  /**
   * "linear": exact, the weights of all words and the bias sum to the log-odds, and a sentence's weight is the sum of its words'.
   * "occlusion": what the log-odds fall by when the stretch is taken out.
   */
  readonly method: "linear" | "occlusion";
  /** Log-odds of a text without words; of a linear model only. */
  readonly bias?: number;
  /** In the order of the text. */
  readonly sentences: readonly Contribution[];
  /** In the order of the text; by occlusion, those of the three sentences of greatest weight, neighbours joined in long ones. */
  readonly words: readonly Contribution[];
}

/** ln(p of label / p of against), finite. */
export function logOddsOf(scores: TraitScores, label: Trait, against: Trait): number {
  const logarithm = (one: Trait) => Math.log(Math.max(leastProbability, scores[one] ?? 0));
  return logarithm(label) - logarithm(against);
}

/**
 * Explains a score by what is missing without each sentence, and without each word of the strongest sentences. Two batched calls to
 * the classifier, of at most 33 and 63 texts.
 *
 * @see Zeiler and Fergus, Visualizing and understanding convolutional networks, arXiv 1311.2901 (occlusion)
 */
export async function explainByOcclusion(
  classifier: Classifier,
  { text, kind }: ScorableText,
  { label, against }: Pick<Explanation, "label" | "against">,
): Promise<Explanation> {
  const logOddsWithout = async (stretches: readonly (readonly Offsets[])[]) => {
    const scores = await classifier.score(stretches.map((one) => ({ text: without(text, one), kind })));
    return scores.map((row) => logOddsOf(row, label, against));
  };
  const windows = joinedTo(mostSentences, sentencesOf(text));
  const [logOdds = 0, ...rest] = await logOddsWithout([[], ...windows.map((window) => [window])]);
  const weighed = (stretches: readonly Offsets[], left: readonly number[]) =>
    stretches.map((one, at) => ({ start: one.start, end: one.end, weight: logOdds - (left[at] ?? 0) }));
  const sentences = weighed(windows, rest);
  const words = sentences
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, mostWordSentences)
    .toSorted((a, b) => a.start - b.start)
    .flatMap((sentence) => joinedTo(mostWordsEach, wordsIn(text, sentence)));
  const withoutWords = words.length === 0 ? [] : await logOddsWithout(words.map((word) => [word]));
  return {
    label,
    against,
    logOdds,
    method: "occlusion",
    sentences,
    words: weighed(words, withoutWords),
  };
}

function wordsIn(text: string, { start, end }: Offsets): readonly Offsets[] {
  return [...text.slice(start, end).matchAll(/\S+/g)].map((match) => ({
    start: start + match.index,
    end: start + match.index + match[0].length,
  }));
}
