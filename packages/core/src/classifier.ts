import type { Trait, TraitScores } from "./trait-scores.js";
import type { Kind } from "./utterance.js";

/** What a classifier needs to know of an utterance. */
export interface ScorableText {
  readonly text: string;
  readonly kind: Kind;
}

/** The port every scorer implements; `classifierCases` of "@persona-guard/core/testing" is its contract. */
export interface Classifier {
  /** The labels of every row of scores, in order. */
  readonly labels: readonly Trait[];
  /** Which weights speak, for example "persona-guard-0.1.0/cascade": written into events and calibration files. */
  readonly name: string;
  /**
   * One row per text, in the same order; each row has every label and sums to 1.
   *
   * @throws PersonaGuardError "classifier-failed" when the model cannot score; a row is never invented.
   */
  score(texts: readonly ScorableText[]): Promise<readonly TraitScores[]>;
  /** Frees threads and memory. Scoring after that fails with "classifier-failed". */
  close(): Promise<void>;
}
