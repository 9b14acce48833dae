import {
  type Classifier,
  confidenceOf,
  type Persona,
  type ScorableText,
  type TraitScores,
  unlikeExamples,
} from "@persona-guard/core";
import type { Encoder } from "./encoder.js";
import { dot, kernelLogisticRegression, sigmoid } from "./logistic-regression.js";
import { traitFeatures } from "./trait-features.js";

/**
 * Of the penalty, from 0.01 to 0.3, and of the scale, 0 to 0.3, the false alarms on 70 sessions of five personas hardly
 * depend (7 to 9 %).
 */
const ridge = 0.03;
/** Of a label's log-probability, so that twelve of them weigh about as much as the words and the states together. */
const labelScale = 0.3;
const leastProbability = 1e-3;

/**
 * A classifier whose scores say how sure a persona's own examples make us that a text is in persona.
 *
 * With c the sum of the persona's labels, the confidence becomes c' = sigmoid(logit(c) + e), where e is a line through the
 * text's words, encoder states and label log-probabilities, and a constant, fitted to the examples with logit(c) as its
 * fixed start (logistic regression with an offset: McCullagh and Nelder, Generalized Linear Models, 1989, 4.3). Where
 * c' < c, the difference goes to the label "unlike-examples"; where c' > c, the other labels shrink alike.
 *
 * @param encoder the one that the classifier scores by, if it has one: each text then passes through it once
 * @throws PersonaGuardError "classifier-failed"
 */
export async function withExamples(
  classifier: Classifier,
  persona: Persona & { readonly examples: NonNullable<Persona["examples"]> },
  encoder?: Encoder,
): Promise<Classifier> {
  const { examples } = persona;
  const texts = [...examples.in, ...examples.out].map((text) => ({ text, kind: "chat" as const }));
  const isIn = texts.map((_, at) => at < examples.in.length);
  const fitted = await rowsOf(texts);
  const kernel = fitted.map(({ features }) =>
    Float64Array.from(fitted, (other) => dot(features, other.features)),
  );
  const line = kernelLogisticRegression(kernel, isIn, ridge, fitted.map(logit));

  return {
    name: `${classifier.name}+${unlikeExamples}`,
    labels: [...classifier.labels, unlikeExamples],
    score: async (given) =>
      (await rowsOf(given)).map((row) => {
        const likeExamples = fitted.reduce(
          (sum, { features }, at) => sum + (line.coefficients[at] ?? 0) * dot(features, row.features),
          line.bias,
        );
        return moved(row.scores, row.confidence, sigmoid(logit(row) + likeExamples), inside(row.kind));
      }),
    close: () => classifier.close(),
  };

  async function rowsOf(given: readonly ScorableText[]) {
    // Objects of our own: the encoder remembers their states only until this call ends.
    const own = given.map(({ text, kind }) => ({ text, kind }));
    const features = await traitFeatures(own, encoder);
    const rows = await classifier.score(own);
    return rows.map((scores, at) => {
      const kind = own[at]?.kind ?? "chat";
      const logs = classifier.labels.map((label) => Math.log(Math.max(leastProbability, scores[label] ?? 0)));
      return {
        kind,
        scores,
        confidence: confidenceOf(scores, persona, kind),
        features: Float64Array.of(...(features[at] ?? []), ...logs.map((log) => labelScale * log)),
      };
    });
  }

  function inside(kind: ScorableText["kind"]): (label: string) => boolean {
    return (label) => confidenceOf({ [label]: 1 }, persona, kind) === 1;
  }
}

/** The row with its in-persona labels brought from a sum of `from` to one of `to`; it still sums to 1. */
export function moved(
  row: TraitScores,
  from: number,
  to: number,
  isInside: (label: string) => boolean,
): TraitScores {
  const rest = to > from ? (1 - to) / (1 - from) : 1;
  const factor = (label: string) => (isInside(label) ? to / Math.max(from, Number.MIN_VALUE) : rest);
  return {
    ...Object.fromEntries(Object.entries(row).map(([label, p]) => [label, p * factor(label)])),
    [unlikeExamples]: Math.max(0, from - to),
  };
}

function logit({ confidence }: { readonly confidence: number }): number {
  const bounded = Math.min(1 - leastProbability, Math.max(leastProbability, confidence));
  return Math.log(bounded / (1 - bounded));
}
