import { expect, test } from "vitest";
import { advanceDrift, initialDriftState } from "./drift-statistic.js";

// Computed independently from the formula, in double precision.
const oracle = [
  { p: 0.5, eValue: 0.7963068540208504 },
  { p: 0.9, eValue: 0.5885702280378218 },
  { p: 0.3, eValue: 0.5489277082080608 },
  { p: 0.04, eValue: 0.8610312074510114 },
  { p: 0.02, eValue: 2.2189146403441287 },
  { p: 0.01, eValue: 11.06366337720558 },
  { p: 0.05, eValue: 23.808485085773228 },
  { p: 0.01, eValue: 151.5739368409967 },
];

test("the session's e-value follows the change-point formula", () => {
  let state = initialDriftState;
  for (const { p, eValue } of oracle) {
    const step = advanceDrift(state, p);
    expect(step.eValue).toBeCloseTo(eValue, 9);
    state = step.state;
  }
});

test("the state survives being written down", () => {
  const { state } = advanceDrift(initialDriftState, 0.3);
  const revived: typeof state = JSON.parse(JSON.stringify(state));
  expect(advanceDrift(revived, 0.02)).toEqual(advanceDrift(state, 0.02));
});

test("at most one in a hundred sessions of 200 in-persona steps ever reaches 100", () => {
  const random = generator(7);
  let alarms = 0;
  for (let session = 0; session < 2_000; session++) {
    let state = initialDriftState;
    for (let step = 0; step < 200; step++) {
      const next = advanceDrift(state, Math.max(random(), 1e-6));
      state = next.state;
      if (next.eValue >= 100) {
        alarms++;
        break;
      }
    }
  }
  expect(alarms / 2_000).toBeLessThanOrEqual(0.01 + 3 * Math.sqrt((0.01 * 0.99) / 2_000));
});

/** Uniform numbers in [0, 1): mulberry32, so that the simulation repeats. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
