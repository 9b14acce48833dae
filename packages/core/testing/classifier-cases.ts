import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Classifier, ScorableText } from "../src/index.js";

const texts: readonly ScorableText[] = [
  {
    kind: "email",
    text: "Dear Ms Okafor, your replacement card was posted on Tuesday and should reach you by Friday.",
  },
  {
    kind: "chat",
    text: "Oh brilliant, another form. Because the first nine were clearly not enough fun for anyone.",
  },
  { kind: "message", text: "Deploy finished. All checks are green and the queue is empty." },
  {
    kind: "report",
    text: "In summary, 14 of 20 tickets were closed; the remaining six wait for the supplier.",
  },
];
const oddTexts: readonly ScorableText[] = [
  "",
  " ",
  "🙂",
  "…",
  "\u0000",
  "\ud800 lone surrogate",
  "日本語のテキスト",
  "İstanbul ﬁne",
  "a".repeat(5_000),
].map((text) => ({ kind: "message", text }));

/** The contract of a Classifier, run by every implementation. `tolerance` is what batching may move a probability. */
export function classifierCases(options: {
  readonly create: () => Promise<Classifier>;
  readonly tolerance: number;
}): void {
  describe("the classifier contract", () => {
    let classifier: Classifier;
    beforeAll(async () => {
      classifier = await options.create();
    });
    afterAll(() => classifier.close());

    test("every row has every label and sums to 1", async () => {
      const rows = await classifier.score([...texts, ...oddTexts]);
      expect(rows).toHaveLength(texts.length + oddTexts.length);
      for (const row of rows) {
        expect(Object.keys(row)).toEqual([...classifier.labels]);
        expect(Object.values(row).every((p) => p >= 0 && p <= 1)).toBe(true);
        expect(Object.values(row).reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
      }
    });

    test("a batch scores as its texts do alone, in any order", async () => {
      const batch = await classifier.score(texts);
      const reversed = await classifier.score(texts.toReversed());
      for (const [index, text] of texts.entries()) {
        const [alone] = await classifier.score([text]);
        for (const label of classifier.labels) {
          expect(Math.abs((batch[index]?.[label] ?? -1) - (alone?.[label] ?? -2))).toBeLessThanOrEqual(
            options.tolerance,
          );
          const mirrored = reversed[texts.length - 1 - index];
          expect(Math.abs((mirrored?.[label] ?? -1) - (alone?.[label] ?? -2))).toBeLessThanOrEqual(
            options.tolerance,
          );
        }
      }
    });

    test("no text gives no rows", async () => {
      expect(await classifier.score([])).toEqual([]);
    });

    test("a long text is scored, whole, in bounded time", async () => {
      const [row] = await classifier.score([
        { kind: "email", text: "The invoice is attached as agreed. ".repeat(3_000) },
      ]);
      expect(Object.keys(row ?? {})).toEqual([...classifier.labels]);
    });

    test("after close, scoring fails with classifier-failed", async () => {
      const closed = await options.create();
      await closed.close();
      await expect(closed.score(texts)).rejects.toMatchObject({ code: "classifier-failed" });
    });
  });
}
