import {
  type DriftEvent,
  factTypes,
  fieldOf,
  type JudgedUtterance,
  type Judgement,
  type Step,
  type Utterance,
} from "@persona-guard/core";
import { type Facts, factsLost } from "./facts-kept.js";

/** What a redraft lost of the facts in the texts that were to be written again. */
export interface LostFacts {
  readonly facts: Facts;
  /** Where the redraft should have kept them. */
  readonly utterances: readonly Utterance[];
  /** Without any words of the text. */
  readonly counts: NonNullable<DriftEvent["lostFacts"]>;
}

/**
 * Facts that may stand anywhere in the redraft are kept: also in another argument.
 *
 * @param drifted the utterances of the first draft that were to be written again
 * @returns undefined if nothing was lost
 */
export function lostFacts(
  drifted: readonly JudgedUtterance[],
  redraft: { readonly step: Step; readonly judgement: Judgement },
): LostFacts | undefined {
  const before = drifted.map(({ utterance }) => utterance.original).join("\n\n");
  const facts = factsLost(before, wordsOf(redraft.step));
  const lost = factTypes.filter((type) => facts[type].length > 0);
  if (lost.length === 0) return undefined;
  const fields = new Set(drifted.map(({ utterance }) => fieldOf(utterance)));
  const all = redraft.judgement.utterances.map(({ utterance }) => utterance);
  const same = all.filter((utterance) => fields.has(fieldOf(utterance)));
  return {
    facts,
    utterances: same.length === 0 ? all : same,
    counts: Object.fromEntries(lost.map((type) => [type, facts[type].length])),
  };
}

function wordsOf({ text, toolCalls }: Step): string {
  return [text, ...toolCalls.flatMap(({ args }) => leavesOf(args))].join("\n\n");
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === "object" && value !== null) return Object.values(value).flatMap(leavesOf);
  return [String(value)];
}
