import { expect, test } from "vitest";
import { sentencesOf, wordCount } from "./sentence.js";

test.each([
  { text: "One. Two! Three?", sentences: ["One.", "Two!", "Three?"] },
  { text: "Hi Ann,\n\nAll done.\nBo", sentences: ["Hi Ann,", "All done.", "Bo"] },
  { text: "It costs 3.50 in total. Fine…", sentences: ["It costs 3.50 in total.", "Fine…"] },
  { text: 'He said "no." Then left.', sentences: ['He said "no."', "Then left."] },
  { text: "", sentences: [] },
])("$text falls into its sentences, offsets included", ({ text, sentences }) => {
  expect(sentencesOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(sentences);
});

test("a run without any break is cut into bounded windows that lose nothing", () => {
  const text = "x".repeat(5_001);
  const windows = sentencesOf(text);
  expect(windows.map(({ start, end }) => end - start)).toEqual([2_000, 2_000, 1_001]);
});

test.each([
  { text: "It's 3 o'clock", words: 3 },
  { text: "¡Señor, größe!", words: 2 },
  { text: "🙂 …", words: 0 },
])("$text has $words words", ({ text, words }) => {
  expect(wordCount(text)).toBe(words);
});
