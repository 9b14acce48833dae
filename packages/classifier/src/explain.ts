import {
  type Classifier,
  type Contribution,
  confidenceOf,
  type Explanation,
  explainByOcclusion,
  logOddsOf,
  type Persona,
  type ScorableText,
  sentencesOf,
  type Trait,
  type TraitScores,
  topTrait,
} from "@persona-guard/core";
import type { LinearClassifier } from "./lexical.js";

export interface ExplainOptions {
  /** With one, weights above 0 lead away from it: towards the strongest label outside, against the strongest inside. */
  readonly persona?: Persona;
}

/**
 * Which sentences and words of a text moved its scores: exactly for the lexical tier, by occlusion for every other.
 *
 * Without a persona, towards the label that the text shows most and against neutral (against the second, where neutral is the first
 * or unknown).
 *
 * @throws PersonaGuardError "classifier-failed"
 */
export async function explain(
  classifier: Classifier,
  text: ScorableText,
  { persona }: ExplainOptions = {},
): Promise<Explanation> {
  const [scores = {}] = await classifier.score([text]);
  const sides = persona === undefined ? sidesOf(scores) : sidesOfPersona(scores, persona, text.kind);
  if (!isLinear(classifier)) return explainByOcclusion(classifier, text, sides);
  const { bias, words } = classifier.contributions(text, sides.label, sides.against);
  return {
    ...sides,
    logOdds: logOddsOf(scores, sides.label, sides.against),
    method: "linear",
    bias,
    sentences: summed(text.text, words),
    words,
  };
}

type Sides = Pick<Explanation, "label" | "against">;

function sidesOf(scores: TraitScores): Sides {
  const label = topTrait(scores);
  const isKnown = label !== "neutral" && "neutral" in scores;
  return { label, against: isKnown ? "neutral" : topAmong(scores, (one) => one !== label) };
}

function sidesOfPersona(scores: TraitScores, persona: Persona, kind: ScorableText["kind"]): Sides {
  const isInside = (label: Trait) => confidenceOf({ [label]: 1 }, persona, kind) === 1;
  const label = topAmong(scores, (one) => !isInside(one));
  // A persona that allows every label has no outside.
  return label === "" ? sidesOf(scores) : { label, against: topAmong(scores, isInside) };
}

function topAmong(scores: TraitScores, isMeant: (label: Trait) => boolean): Trait {
  return topTrait(Object.fromEntries(Object.entries(scores).filter(([label]) => isMeant(label))));
}

function isLinear(classifier: Classifier): classifier is LinearClassifier {
  return "contributions" in classifier;
}

/** Each word counts for the sentence that it begins in. */
function summed(text: string, words: readonly Contribution[]): readonly Contribution[] {
  const sentences = sentencesOf(text);
  return sentences.map(({ start, end }, at) => {
    const next = sentences[at + 1]?.start ?? Number.POSITIVE_INFINITY;
    const own = words.filter((word) => (at === 0 || word.start >= start) && word.start < next);
    return { start, end, weight: own.reduce((sum, { weight }) => sum + weight, 0) };
  });
}
