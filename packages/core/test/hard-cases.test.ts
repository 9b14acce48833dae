import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { definePersona } from "../src/persona.js";
import { parseStep } from "../src/step.js";
import { inOriginal, type Kind, kinds, utterancesOf } from "../src/utterance.js";

interface HardCase {
  readonly id: string;
  readonly kind: Kind;
  readonly why: string;
  readonly text: string;
  /** Stretches of `text` that are the agent's voice. */
  readonly own: readonly string[];
  /** Stretches of `text` that are not. */
  readonly foreign: readonly string[];
}

const rows = readFileSync(new URL("hard-cases.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");
const cases = rows.map((row) => JSON.parse(row) as HardCase); // ours, written by hand, one object a line

const persona = definePersona({ name: "p" });

describe("use is not mention", () => {
  test.each(cases)("$id: $why", ({ id, kind, text, own, foreign }) => {
    const [utterance] = utterancesOf(parseStep({ id, text, kind }, id), persona);
    if (utterance === undefined) throw new Error("nothing was left of the agent's voice");
    expect(own.filter((words) => !utterance.text.includes(words))).toEqual([]);
    expect(foreign.filter((words) => utterance.text.includes(words))).toEqual([]);
    for (const words of own) {
      const start = utterance.text.indexOf(words);
      const found = inOriginal(utterance, { start, end: start + words.length });
      expect(text.slice(found.start, found.end)).toBe(words);
    }
  });

  test.each(kinds)("there are at least fourteen hard cases of kind %s", (kind) => {
    expect(cases.filter((one) => one.kind === kind).length).toBeGreaterThanOrEqual(14);
  });
});
