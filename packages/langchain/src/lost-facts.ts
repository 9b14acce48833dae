import type { BaseMessage } from "@langchain/core/messages";
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
 * A fact is kept wherever it stands in the redraft, also in another argument. Of the names only those count that the model was
 * given: the "Sherlock" of a sneer is none to keep.
 *
 * @param asked what the model was asked
 * @param drifted the utterances of the first draft that were to be written again
 * @returns undefined if nothing was lost
 */
export function lostFacts(
  drifted: readonly JudgedUtterance[],
  redraft: { readonly step: Step; readonly judgement: Judgement },
  asked: readonly BaseMessage[],
): LostFacts | undefined {
  const before = drifted.map(({ utterance }) => utterance.original).join("\n\n");
  const given = asked.map(({ text }) => text.toLowerCase()).join("\n");
  const all = factsLost(before, wordsOf(redraft.step));
  const facts = { ...all, names: all.names.filter((name) => given.includes(name.toLowerCase())) };
  const lost = factTypes.filter((type) => facts[type].length > 0);
  if (lost.length === 0) return undefined;
  const fields = new Set(drifted.map(({ utterance }) => fieldOf(utterance)));
  const spoken = redraft.judgement.utterances.map(({ utterance }) => utterance);
  const same = spoken.filter((utterance) => fields.has(fieldOf(utterance)));
  return {
    facts,
    utterances: same.length === 0 ? spoken : same,
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
