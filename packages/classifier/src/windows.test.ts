import { expect, test } from "vitest";
import { windowsOf } from "./windows.js";

const sentence = "The invoice is attached as agreed. "; // 6 words, 35 characters

test.each([
  { name: "an empty text", text: "", count: 1 },
  { name: "an email of 30 sentences", text: sentence.repeat(30), count: 1 },
  { name: "180 short words", text: "I am. ".repeat(90), count: 1 },
  { name: "182 short words", text: "I am. ".repeat(91), count: 2 },
  { name: "60 sentences", text: sentence.repeat(60), count: 2 },
  { name: "1,200 characters without a break", text: "a".repeat(1_200), count: 1 },
  { name: "1,201 characters without a break", text: "a".repeat(1_201), count: 2 },
  { name: "blank lines only", text: "\n".repeat(5_000), count: 1 },
  { name: "1,000,000 characters", text: sentence.repeat(28_572), count: 32 },
])("$name: windows scored: $count", ({ text, count }) => {
  const windows = windowsOf(text);
  expect(windows).toHaveLength(count);
  expect(windows.every((window) => window.length <= 1_200)).toBe(true);
});

test("no sentence is lost or cut where it fits into a window", () => {
  const text = Array.from({ length: 100 }, (_, at) => `Sentence number ${at} is here.`).join(" ");
  expect(windowsOf(text).join(" ")).toBe(text);
  expect(windowsOf(text).every((window) => window.endsWith("."))).toBe(true);
});

test("the windows of a very long text are spread over all of it", () => {
  const text = Array.from({ length: 20_000 }, (_, at) => `Sentence number ${at} is here.`).join(" ");
  const starts = windowsOf(text).map((window) => text.indexOf(window) / text.length);
  expect(starts.every((start, at) => start > at / 32 - 0.05 && start < (at + 1) / 32)).toBe(true);
});
