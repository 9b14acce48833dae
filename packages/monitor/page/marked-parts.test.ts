import { expect, test } from "vitest";
import { markedParts } from "./marked-parts.js";

const text = "Dear Ada. Oh, how clever of you. It is done. Do take your time.";
const inBrackets = (evidence: readonly string[]) =>
  markedParts(text, evidence)
    .map(({ part, isMarked }) => (isMarked ? `[${part}]` : part))
    .join("");

test.each([
  { evidence: [], shown: text },
  {
    evidence: ["Do take your time.", "Oh, how clever of you."],
    shown: "Dear Ada. [Oh, how clever of you.] It is done. [Do take your time.]",
  },
  {
    evidence: ["Oh, how clever", "how clever of you."],
    shown: "Dear Ada. [Oh, how clever][ of you.] It is done. Do take your time.",
  },
  { evidence: ["a sentence that is not there", ""], shown: text },
])("evidence $evidence is marked where it stands, and nothing is lost", ({ evidence, shown }) => {
  expect(inBrackets(evidence)).toBe(shown);
  expect(
    markedParts(text, evidence)
      .map(({ part }) => part)
      .join(""),
  ).toBe(text);
});
