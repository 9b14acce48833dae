import { classifierCases } from "@persona-guard/core/testing";
import { expect, test } from "vitest";
import { mixed } from "./ensemble.js";
import { loadClassifier } from "./load-classifier.js";

classifierCases({ create: () => loadClassifier({ tier: "ensemble" }), tolerance: 1e-12 });

const temperature = { chat: 1, email: 0.5, message: 1, report: 1 };

test.each([
  { kind: "chat", lexicalWeight: 1, expected: { a: 0.8, b: 0.2 } },
  { kind: "chat", lexicalWeight: 0, expected: { a: 0.2, b: 0.8 } },
  { kind: "chat", lexicalWeight: 0.5, expected: { a: 0.5, b: 0.5 } },
  // At temperature 0.5 the odds are squared: 4 to 1 becomes 16 to 1.
  { kind: "email", lexicalWeight: 1, expected: { a: 16 / 17, b: 1 / 17 } },
] as const)("with weight $lexicalWeight a $kind scores $expected", ({ kind, lexicalWeight, expected }) => {
  const row = mixed({ kind }, { a: 0.8, b: 0.2 }, { a: 0.2, b: 0.8 }, { lexicalWeight, temperature });
  expect(row.a).toBeCloseTo(expected.a, 12);
  expect(row.b).toBeCloseTo(expected.b, 12);
});

test("a label that one model rules out can still be found by the other", () => {
  const settings = { lexicalWeight: 0.5, temperature };
  const row = mixed({ kind: "chat" }, { a: 1, b: 0 }, { a: 1e-12, b: 1 - 1e-12 }, settings);
  expect(row.b).toBeCloseTo(0.5, 6);
});
