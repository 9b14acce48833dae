import { createHash } from "node:crypto";
import { type Classifier, PersonaGuardError, type ScorableText, type TraitScores } from "@persona-guard/core";

/**
 * A classifier that remembers the scores of the last `most` different texts: agents say many things again, word for word.
 * Of a text it keeps a hash alone. As a text's scores do not depend on its neighbours, they are the same either way.
 *
 * Closing it closes the classifier.
 */
export function withCache(classifier: Classifier, most: number): Classifier {
  if (most === 0) return classifier;
  /** The least recently used first. */
  const known = new Map<string, TraitScores>();
  const remember = (key: string, scores: TraitScores) => {
    known.delete(key);
    known.set(key, scores);
    if (known.size > most) known.delete(known.keys().next().value ?? "");
  };
  return {
    name: classifier.name,
    labels: classifier.labels,
    score: async (texts) => {
      const keys = texts.map(keyOf);
      const found = new Map<string, TraitScores>();
      const open = new Map<string, ScorableText>();
      for (const [at, text] of texts.entries()) {
        const key = keys[at] ?? "";
        const scores = known.get(key);
        if (scores === undefined) open.set(key, text);
        else found.set(key, scores);
      }
      const rows = open.size === 0 ? [] : await classifier.score([...open.values()]);
      for (const [at, key] of [...open.keys()].entries()) {
        const scores = rows[at];
        if (scores === undefined) throw rowMissing(classifier, at);
        found.set(key, scores);
      }
      for (const [key, scores] of found) remember(key, scores);
      return keys.map((key) => found.get(key) ?? {});
    },
    close: () => classifier.close(),
  };
}

function keyOf({ text, kind }: ScorableText): string {
  return createHash("sha256").update(kind).update("\0").update(text).digest("base64");
}

function rowMissing({ name }: Classifier, at: number): PersonaGuardError {
  return new PersonaGuardError("classifier-failed", `${name} returned no row for text ${at}.`);
}
