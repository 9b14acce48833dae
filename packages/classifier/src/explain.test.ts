import { type Classifier, type Contribution, definePersona, type ScorableText } from "@persona-guard/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explain } from "./explain.js";
import { loadClassifier } from "./load-classifier.js";
import type { Tier } from "./manifest.js";

const planted = "You are so brilliant and amazing, honestly the best customer ever!";
const text =
  "Your refund of 42.50 was issued this morning. It reaches your account within three working days. " +
  `${planted} Please keep the receipt until then.`;
const letter: ScorableText = { kind: "email", text };

const open = new Map<Tier, Classifier>();
beforeAll(async () => {
  for (const tier of ["lexical", "cascade", "encoder"] as const)
    open.set(tier, await loadClassifier({ tier }));
});
afterAll(async () => {
  for (const classifier of open.values()) await classifier.close();
});

function opened(tier: Tier): Classifier {
  const classifier = open.get(tier);
  if (classifier === undefined) throw new Error(`${tier} is not loaded`);
  return classifier;
}

function strongest(contributions: readonly Contribution[]): string {
  const [first] = contributions.toSorted((a, b) => b.weight - a.weight);
  return text.slice(first?.start, first?.end);
}

function sum(contributions: readonly Contribution[]): number {
  return contributions.reduce((total, { weight }) => total + weight, 0);
}

describe.each(["lexical", "cascade", "encoder"] as const)("%s", (tier) => {
  test("the planted sentence, and a word in it, have the greatest weight towards the label that took over", async () => {
    const persona = definePersona({ name: "clerk" });
    for (const options of [{}, { persona }]) {
      const found = await explain(opened(tier), letter, options);
      expect(found).toMatchObject({ label: "sycophancy", against: "neutral" });
      expect(strongest(found.sentences)).toBe(planted);
      expect(planted).toContain(strongest(found.words));
    }
  });

  test("sentences and words come in the order of the text, and lie in it without white space around them", async () => {
    const { sentences, words } = await explain(opened(tier), letter);
    for (const found of [sentences, words]) {
      expect(found.length).toBeGreaterThan(3);
      let last = 0;
      for (const { start, end } of found) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(text.slice(start, end)).toMatch(/^\S(.*\S)?$/s);
        last = end;
      }
    }
  });
});

test.each([
  letter,
  { kind: "chat", text: "OK" },
  { kind: "chat", text: "" },
  { kind: "message", text: "  ﬁne…\u00A0 İstanbul 日本語\n\n— “quoted”, don’t!!\\n  Σ ½ 12 345 🙂🙂" },
  { kind: "report", text: `${text}\n- one\n- two\n\n${text.toUpperCase()}` },
] satisfies readonly ScorableText[])(
  "by the lexical tier the words of a $kind add up to the log-odds, and so do the sentences",
  async (given) => {
    const classifier = opened("lexical");
    const [scores = {}] = await classifier.score([given]);
    const { label, against, logOdds, bias = 0, words, sentences } = await explain(classifier, given);
    const expected = Math.log((scores[label] ?? 0) / (scores[against] ?? 0));
    expect(Math.abs(bias + sum(words) - expected)).toBeLessThan(1e-6);
    expect(Math.abs(bias + sum(sentences) - expected)).toBeLessThan(1e-6);
    expect(logOdds).toBeCloseTo(expected, 9);
    expect(await classifier.score([given])).toEqual([scores]); // explaining leaves no trace
  },
);

test("for a persona, weights above 0 lead out of it, whatever it allows", async () => {
  const flatterer = definePersona({ name: "flatterer", expresses: ["sycophancy"], allows: [] });
  const found = await explain(opened("lexical"), letter, { persona: flatterer });
  expect(found).toMatchObject({ label: "neutral", against: "sycophancy" });
  expect(strongest(found.sentences)).not.toBe(planted);
  const all = definePersona({ name: "anyone", allows: [...opened("lexical").labels] });
  expect(await explain(opened("lexical"), letter, { persona: all })).toMatchObject({ label: "sycophancy" });
});

test("a plain text is explained towards neutral, against the label that comes second", async () => {
  const plain = { kind: "chat", text: "The parcel left the depot on Tuesday." } as const;
  const { label, against } = await explain(opened("lexical"), plain);
  expect(label).toBe("neutral");
  expect(against).not.toBe("neutral");
});

test("a very long text takes a bounded number of forwards", async () => {
  const scored: number[] = [];
  const inner = opened("lexical");
  const counting: Classifier = {
    labels: inner.labels,
    name: "counting",
    score: (texts) => {
      scored.push(texts.length);
      return inner.score(texts);
    },
    close: () => Promise.resolve(),
  };
  const long = { kind: "report", text: `${text} `.repeat(500) } as const;
  const { sentences, words } = await explain(counting, long);
  expect(scored).toHaveLength(3);
  expect(Math.max(...scored)).toBeLessThanOrEqual(63);
  expect(sentences.at(-1)?.end).toBe(long.text.trimEnd().length);
  expect(words.length).toBeLessThanOrEqual(63);
});
