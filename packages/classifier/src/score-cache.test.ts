import type { Classifier, ScorableText } from "@persona-guard/core";
import { expect, test } from "vitest";
import { loadClassifier } from "./load-classifier.js";
import { withCache } from "./score-cache.js";

const chat = (text: string): ScorableText => ({ text, kind: "chat" });

/** The lexical tier, with the texts that reach it. */
async function counted(most: number): Promise<{ cached: Classifier; plain: Classifier; asked: string[] }> {
  const plain = await loadClassifier({ tier: "lexical" });
  const asked: string[] = [];
  const counting: Classifier = {
    ...plain,
    score: (texts) => {
      asked.push(...texts.map(({ text }) => text));
      return plain.score(texts);
    },
  };
  return { cached: withCache(counting, most), plain, asked };
}

test("a text that comes again, also in the same call, is scored once and gets the same scores", async () => {
  const { cached, plain, asked } = await counted(10);
  const texts = ["Your parcel left today.", "What a day!", "Your parcel left today."].map(chat);
  const expected = await plain.score(texts);
  expect(await cached.score(texts)).toEqual(expected);
  expect(await cached.score(texts.toReversed())).toEqual(expected.toReversed());
  expect(asked).toEqual(["Your parcel left today.", "What a day!"]);
});

test("the same words in another kind of text are another text", async () => {
  const { cached, plain, asked } = await counted(10);
  const texts = [chat("We are sorry."), { ...chat("We are sorry."), kind: "email" as const }];
  expect(await cached.score(texts)).toEqual(await plain.score(texts));
  expect(asked).toHaveLength(2);
});

test("the text that was not used for longest is forgotten first", async () => {
  const { cached, asked } = await counted(2);
  for (const text of ["one", "two", "one", "three", "one", "two"]) await cached.score([chat(text)]);
  expect(asked).toEqual(["one", "two", "three", "two"]);
});

test("a failure is passed on and not remembered", async () => {
  const { plain } = await counted(0);
  let fails = true;
  const cached = withCache(
    { ...plain, score: (texts) => (fails ? Promise.reject(new Error("gone")) : plain.score(texts)) },
    10,
  );
  await expect(cached.score([chat("one")])).rejects.toThrow("gone");
  fails = false;
  expect(await cached.score([chat("one")])).toEqual(await plain.score([chat("one")]));
});
