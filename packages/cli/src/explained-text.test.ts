import type { Explanation } from "@persona-guard/core";
import picocolors from "picocolors";
import { expect, test } from "vitest";
import { explainedText } from "./explained-text.js";

const text = "Oh great.\nAnother lovely, lovely form\u001b[2J of ours, thank you.";
const explanation: Explanation = {
  label: "sarcasm",
  against: "neutral",
  logOdds: 1.5,
  method: "linear",
  bias: -0.5,
  sentences: [
    { start: 0, end: 9, weight: 1 },
    { start: 10, end: text.length, weight: -2.25 },
  ],
  words: [
    { start: 0, end: 2, weight: 0.1 },
    { start: 3, end: 9, weight: 0.9 },
    { start: 10, end: 17, weight: 0.05 },
    { start: 18, end: 25, weight: 1 },
    { start: 26, end: 32, weight: 0.4 },
    { start: 33, end: 41, weight: -0.6 },
    { start: 42, end: 44, weight: 0 },
  ],
};

test("without colours the words that count stand in brackets, with their weight and what they speak for", () => {
  expect(explainedText(text, explanation, picocolors.createColors(false))).toMatchInlineSnapshot(`
    "  sarcasm over neutral: log-odds +1.50, of which -0.50 without any word (exact)
      │ Oh [+0.90 sarcasm: great.]
      │ Another [+1.40 sarcasm: lovely, lovely] [-0.60 neutral: form [2J] of ours, thank you.
       -2.25 neutral 10-61 Another lovely, lovely form [2J of ours, thank you.
       +1.00 sarcasm 0-9 Oh great."
  `);
});

test("with colours they are red for the label and green against it, the strongest of them underlined; nothing else is", () => {
  const colors = picocolors.createColors(true);
  const shown = explainedText(text, explanation, colors);
  const strong = (color: (text: string) => string, words: string) =>
    colors.bold(colors.underline(color(words)));
  expect(shown).toContain(`  │ Oh ${strong(colors.red, "great.")}\n`);
  expect(shown).toContain(
    `Another ${strong(colors.red, "lovely, lovely")} ${strong(colors.green, "form [2J")} of`,
  );
  expect(shown).not.toContain("\u001b[2J");
});

test("a text without words has its log-odds alone", () => {
  const none = { ...explanation, sentences: [], words: [] };
  expect(explainedText(" ", none, picocolors.createColors(false))).toBe(
    "  sarcasm over neutral: log-odds +1.50, of which -0.50 without any word (exact)\n  │ ",
  );
});
