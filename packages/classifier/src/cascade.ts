import type { Classifier, TraitScores } from "@persona-guard/core";
import { mixed } from "./ensemble.js";
import type { Manifest } from "./manifest.js";

/**
 * The lexical model first; texts whose best label stays below `cascade.gate` are asked of the encoder as well, and get
 * the ensemble's scores.
 *
 * Closing it closes both.
 */
export function cascade(
  lexical: Classifier,
  encoder: Classifier,
  settings: Pick<Manifest, "cascade" | "ensemble">,
  name: string,
): Classifier {
  const isUnsure = (scores: TraitScores) => Math.max(...Object.values(scores)) < settings.cascade.gate;
  return {
    name,
    labels: lexical.labels,
    score: async (texts) => {
      const first = await lexical.score(texts);
      const unsure = texts.filter((_, at) => isUnsure(first[at] ?? {}));
      const second = (await encoder.score(unsure)).values();
      return texts.map((text, at) => {
        const scores = first[at] ?? {};
        return isUnsure(scores) ? mixed(text, scores, second.next().value ?? {}, settings.ensemble) : scores;
      });
    },
    close: async () => {
      await Promise.all([lexical.close(), encoder.close()]);
    },
  };
}
