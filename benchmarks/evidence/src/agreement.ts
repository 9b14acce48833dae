import { loadGuard, type Tier } from "@persona-guard/classifier";
import {
  inOriginal,
  type PersonaGuard,
  parseStep,
  sentencesOf,
  type Utterance,
  utterancesOf,
} from "@persona-guard/core";
import type { CorpusText } from "./corpus-texts.js";
import { shuffled } from "./shuffled.js";

/** Texts judged at once. */
const batchSize = 64;

/** What became of a drifted text without some of its sentences. */
type Fate = "no longer drifted" | "still drifted" | "nothing left";

/** How often the evidence is what made a text drift. */
export interface Agreement {
  readonly texts: number;
  readonly drifted: number;
  /** Without the evidence, by what the rest of the text is judged to be, however short it is. */
  readonly withoutEvidence: Readonly<Record<Fate, number>>;
  /** Without as many sentences, drawn at random. */
  readonly withoutOthers: Readonly<Record<Fate, number>>;
  /** Texts that are one sentence: all of it is the evidence. */
  readonly oneSentence: number;
  /** Sentences of evidence per drifted text, mean. */
  readonly meanSpans: number;
}

/** Judges the texts against a persona that allows nothing but neutral, and the drifted ones again without their evidence. */
export async function evidenceAgreement(
  texts: readonly CorpusText[],
  { tier, seed }: { readonly tier: Tier; readonly seed: number },
): Promise<Agreement> {
  const persona = { name: "neutral", allows: ["neutral"] };
  const guard = await loadGuard({ persona, tier });
  try {
    // The rest is judged at the same rate, but not turned away as too short, or for that reason as of no known language.
    const { classifier } = guard;
    const lenient = await loadGuard({ persona, classifier, minWords: 1, language: "any" });
    const utterances = texts.flatMap(utterancesOfText);
    const withoutEvidence = { "no longer drifted": 0, "still drifted": 0, "nothing left": 0 };
    const withoutOthers = { ...withoutEvidence };
    let [drifted, oneSentence, spans] = [0, 0, 0];
    for (let at = 0; at < utterances.length; at += batchSize) {
      for (const { utterance, verdict } of await guard.judgeUtterances(
        utterances.slice(at, at + batchSize),
      )) {
        if (verdict.outcome !== "drifted") continue;
        const { evidence } = verdict;
        const sentences = sentencesOf(utterance.text).map((sentence) => inOriginal(utterance, sentence));
        const others = shuffled(sentences, seed + drifted).slice(0, evidence.length);
        drifted += 1;
        spans += evidence.length;
        if (sentences.length === 1) oneSentence += 1;
        withoutEvidence[await fateOf(utterance, evidence, lenient)] += 1;
        withoutOthers[await fateOf(utterance, others, lenient)] += 1;
      }
    }
    return {
      texts: texts.length,
      drifted,
      withoutEvidence,
      withoutOthers,
      oneSentence,
      meanSpans: spans / drifted,
    };
  } finally {
    await guard.close();
  }
}

function utterancesOfText({
  id,
  text,
  kind,
}: Pick<CorpusText, "id" | "text" | "kind">): readonly Utterance[] {
  return utterancesOf(parseStep({ id, text, kind }, id), { tools: {} });
}

async function fateOf(
  { original, kind }: Utterance,
  removed: readonly { readonly start: number; readonly end: number }[],
  lenient: PersonaGuard,
): Promise<Fate> {
  let text = original;
  for (const { start, end } of removed.toSorted((a, b) => b.start - a.start))
    text = text.slice(0, start) + text.slice(end);
  const [rest] = utterancesOfText({ id: "rest", text, kind });
  if (rest === undefined) return "nothing left";
  const [judged] = await lenient.judgeUtterances([rest]);
  return judged?.verdict.outcome === "drifted" ? "still drifted" : "no longer drifted";
}
