import { type Classifier, definePersona, PersonaGuard, PersonaGuardError } from "@persona-guard/core";
import { expect, test } from "vitest";
import type { InputRow } from "./input-rows.js";
import { scoreTexts } from "./score-texts.js";

/** A classifier whose machine has gone. */
const failing: Classifier = {
  labels: ["neutral", "humor"],
  name: "failing",
  score: () => Promise.reject(new PersonaGuardError("classifier-failed", "the server is gone")),
  close: () => Promise.resolve(),
};

function row(text: string): InputRow {
  return { found: "row", place: "a.jsonl:1", json: "", fields: { text }, text, kind: "chat" };
}

test("a text that the classifier failed on has no scores, and says why", async () => {
  const long = row("The parcel left our warehouse on Monday morning.");
  expect(await scoreTexts([long], failing)).toEqual([
    { scores: null, label: null, reason: "the server is gone" },
  ]);
  const guard = new PersonaGuard({
    persona: definePersona({ name: "clerk" }),
    classifier: failing,
    threshold: 0.5,
  });
  expect(await scoreTexts([long, row("Fine.")], guard)).toMatchObject([
    { scores: null, reason: "the server is gone", verdict: { outcome: "unscored", confidence: null } },
    { scores: null, reason: "too-short", verdict: { outcome: "undecided" } },
  ]);
});
