import { describe, expect, test } from "vitest";
import { pValue, textsNeededFor } from "./conformal.js";

describe("p-values", () => {
  test.each([
    { confidence: 0.95, p: 1 },
    { confidence: 0.75, p: 0.5 },
    { confidence: 0.7, p: 0.5 }, // a tie counts as low
    { confidence: 0.1, p: 0.25 },
  ])("a confidence of $confidence among 0.7, 0.8 and 0.9 is as rare as $p", ({ confidence, p }) => {
    expect(pValue(confidence, [0.7, 0.8, 0.9])).toBe(p);
  });

  test("the false alarms of exchangeable texts stay within every rate", () => {
    const calibration = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);
    for (const rate of [0.01, 0.05, 0.2]) {
      const alarms = calibration.filter((c) => pValue(c - 1e-9, calibration) <= rate).length;
      expect(alarms / calibration.length).toBeLessThanOrEqual(rate + 1 / 99);
    }
  });

  test("without calibration texts there is no p-value", () => {
    expect(() => pValue(0.5, [])).toThrow(expect.objectContaining({ code: "calibration-too-small" }));
  });

  test.each([
    { rate: 0.01, needed: 99 },
    { rate: 0.05, needed: 19 },
    { rate: 0.5, needed: 1 },
    { rate: 0.001, needed: 999 },
  ])("a rate of $rate needs $needed texts", ({ rate, needed }) => {
    expect(textsNeededFor(rate)).toBe(needed);
  });
});
