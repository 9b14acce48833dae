import { expect, test } from "vitest";
import { conformalEValue, driftOdds, eValueOfOdds } from "./drift-odds.js";

test.each([
  { confidence: 0.5, priorOdds: 1, odds: 1 },
  { confidence: 0.2, priorOdds: 1, odds: 4 },
  { confidence: 0.2, priorOdds: 2, odds: 8 },
  { confidence: 1, priorOdds: 2, odds: 0 },
  { confidence: 0, priorOdds: 1, odds: 1e6 }, // no model is that sure
])("a confidence of $confidence, at prior odds of $priorOdds, makes drift $odds times as likely", (row) => {
  expect(driftOdds(row.confidence, row.priorOdds)).toBeCloseTo(row.odds, 9);
});

test("one text in persona does not end the evidence of all others", () => {
  expect(eValueOfOdds(0)).toBeCloseTo(0.1, 12);
  expect(eValueOfOdds(1)).toBeCloseTo(1, 12);
});

test("against calibration texts, the e-values of all n + 1 exchangeable texts have a mean of exactly 1", () => {
  const odds = [0, 0.1, 0.5, 2, 30, 4_000];
  const total = odds.reduce((sum, one) => sum + one, 0);
  const eValues = odds.map((one) => conformalEValue(one, { sum: total - one, n: odds.length - 1 }));
  expect(eValues.reduce((sum, e) => sum + e, 0) / odds.length).toBeCloseTo(1, 12);
});

test("no text outweighs n + 1 calibration texts", () => {
  expect(conformalEValue(1e6, { sum: 1e-9, n: 99 })).toBeLessThanOrEqual(100);
  expect(conformalEValue(0, { sum: 0, n: 99 })).toBeCloseTo(0.1, 12);
});
