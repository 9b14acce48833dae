import type { PersonaGuardError } from "./errors.js";
import type { Persona } from "./persona.js";
import { type Trait, type TraitScores, topTrait } from "./trait-scores.js";
import type { Kind, Utterance } from "./utterance.js";
import type { Offsets } from "./voice.js";

/** A sentence that carries the drift, with offsets into the utterance's original text. */
export interface Span extends Offsets {
  readonly text: string;
}

export type Outcome = Verdict["outcome"];

/** What we found in one utterance. `pValue` is absent where no calibration was given. */
export type Verdict =
  | { readonly outcome: "in-persona"; readonly confidence: number; readonly pValue?: number }
  | {
      readonly outcome: "drifted";
      readonly confidence: number;
      readonly pValue?: number;
      /** The label that took over, or "suppressed" when the character to be shown is missing. */
      readonly driftedTo: Trait | "suppressed";
      /** At most three sentences, in the order of the text. */
      readonly evidence: readonly Span[];
    }
  | {
      readonly outcome: "undecided";
      /**
       * "too-short" and "language": not judged. "unsure": as usual for drifted texts as for those in persona. "plain": a short
       * text without the character that the persona must show; the session decides.
       */
      readonly reason: "too-short" | "language" | "unsure" | "plain";
      readonly confidence?: number;
      readonly pValue?: number;
    }
  | { readonly outcome: "unscored"; readonly cause: PersonaGuardError };

/** An utterance with its scores (unless it was not scored) and its verdict. */
export interface JudgedUtterance {
  readonly utterance: Utterance;
  readonly scores?: TraitScores;
  readonly verdict: Verdict;
}

/** The labels that a persona expresses or allows in one kind of text. */
export function inPersonaLabels(
  persona: Pick<Persona, "expresses" | "allows" | "kinds">,
  kind: Kind,
): ReadonlySet<Trait> {
  const override = persona.kinds[kind];
  const expresses = override?.expresses ?? persona.expresses;
  const allows = override?.allows ?? persona.allows;
  return new Set([...expresses, ...allows]);
}

/** Probability in [0, 1] that a text is in persona: the sum over the labels that the persona expresses or allows. */
export function confidenceOf(
  scores: TraitScores,
  persona: Pick<Persona, "expresses" | "allows" | "kinds">,
  kind: Kind,
): number {
  let sum = 0;
  for (const label of inPersonaLabels(persona, kind)) sum += scores[label] ?? 0;
  return Math.min(1, sum);
}

/** The out-of-persona label with the highest probability; "suppressed" if that is neutral, which must then not be shown. */
export function driftedTo(
  scores: TraitScores,
  persona: Pick<Persona, "expresses" | "allows" | "kinds">,
  kind: Kind,
): Trait | "suppressed" {
  const inside = inPersonaLabels(persona, kind);
  const outside = Object.fromEntries(Object.entries(scores).filter(([label]) => !inside.has(label)));
  const label = topTrait(outside);
  return label === "neutral" || label === "" ? "suppressed" : label;
}

/** The outcome of a step: its worst verdict, or "silent" if the step says nothing in the agent's voice. */
export type StepOutcome = Outcome | "silent";

/** Worst first: drift must be acted on, a text nobody scored must not pass as fine, doubt is said. */
const worstFirst = ["drifted", "unscored", "in-persona", "undecided"] as const;

export function stepOutcome(verdicts: readonly Pick<Verdict, "outcome">[]): StepOutcome {
  return worstFirst.find((outcome) => verdicts.some((verdict) => verdict.outcome === outcome)) ?? "silent";
}
