import { expect, test } from "vitest";
import { pValue } from "./conformal.js";
import {
  advanceDrift,
  advanceFleet,
  driftEValue,
  fleetStatistic,
  initialDriftState,
  initialFleetState,
  likeliestChange,
} from "./drift-statistic.js";
import { seededRandom } from "./seeded-random.js";

// Computed independently from the formula, in double precision.
const oracle = [
  { p: 0.5, eValue: 0.7963068540208504, statistic: 0.5926137080417009 },
  { p: 0.9, eValue: 0.5885702280378218, statistic: 0.8226465798449866 },
  { p: 0.3, eValue: 0.5489277082080608, statistic: 1.4937330477217692 },
  { p: 0.04, eValue: 0.8610312074510114, statistic: 5.064174224248788 },
  { p: 0.02, eValue: 2.2189146403441287, statistic: 19.903093296291168 },
  { p: 0.01, eValue: 11.06366337720558, statistic: 122.19843041624985 },
  { p: 0.05, eValue: 23.808485085773228, statistic: 266.04838125963664 },
  { p: 0.01, eValue: 151.5739368409967, statistic: 1798.0906442134758 },
];

test("the session's e-value follows the change-point formula", () => {
  let state = initialDriftState;
  for (const { p, eValue } of oracle) {
    state = advanceDrift(state, p);
    expect(driftEValue(state)).toBeCloseTo(eValue, 9);
  }
});

test("the fleet's statistic follows the Shiryaev-Roberts formula", () => {
  let state = initialFleetState;
  for (const { p, statistic } of oracle) {
    state = advanceFleet(state, p);
    expect(fleetStatistic(state)).toBeCloseTo(statistic, 9);
  }
});

test("the state survives being written down", () => {
  const state = advanceDrift(initialDriftState, 0.3);
  const revived: typeof state = JSON.parse(JSON.stringify(state));
  expect(advanceDrift(revived, 0.02)).toEqual(advanceDrift(state, 0.02));
});

test("evidence stays a finite number, however long a session drifts", () => {
  let state = initialDriftState;
  for (let step = 0; step < 2_000; step++) state = advanceDrift(state, 1e-4);
  expect(Number.isFinite(driftEValue(state))).toBe(true);
  expect(likeliestChange(state).start).toBe(0);
});

test("at most one in a hundred sessions of 200 in-persona steps ever reaches 100", () => {
  const random = seededRandom(7);
  const alarms = Array.from({ length: 2_000 }, () => stepsToAlarm(() => Math.max(random(), 1e-6))).filter(
    (steps) => steps < 200,
  );
  expect(alarms.length / 2_000).toBeLessThanOrEqual(0.01 + 3 * Math.sqrt((0.01 * 0.99) / 2_000));
});

// Normal scores against 300 calibration scores, as the table of delays was made; each is the median of 300 sessions.
test.each([
  { shift: 2, from: 0, mostSteps: 5 },
  { shift: 2, from: 10, mostSteps: 7 },
  { shift: 2, from: 50, mostSteps: 9 },
  { shift: 3, from: 0, mostSteps: 3 },
  { shift: 3, from: 10, mostSteps: 4 },
  { shift: 3, from: 50, mostSteps: 6 },
])(
  "a shift of $shift sd from step $from on alarms within $mostSteps steps, and its start is found",
  (drift) => {
    const random = seededRandom(11);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const delays: number[] = [];
    const startErrors: number[] = [];
    for (let session = 0; session < 300; session++) {
      const calibration = Array.from({ length: 300 }, normal).sort((a, b) => a - b);
      let state = initialDriftState;
      for (let step = 0; step < 200; step++) {
        state = advanceDrift(
          state,
          pValue(normal() - (step < drift.from ? 0 : drift.shift), calibration),
          step,
        );
        if (driftEValue(state) < 100) continue;
        if (step >= drift.from) {
          delays.push(step - drift.from);
          startErrors.push(Math.abs(likeliestChange(state).start - drift.from));
        }
        break;
      }
    }
    expect(delays.length).toBeGreaterThan(290);
    expect(median(delays)).toBeLessThanOrEqual(drift.mostSteps);
    expect(median(startErrors)).toBeLessThanOrEqual(1);
  },
);

test("while nothing has changed, a fleet's first alarm at 1,000 takes more than 1,000 steps on average", () => {
  const random = seededRandom(5);
  const lengths = Array.from({ length: 200 }, () => {
    let state = initialFleetState;
    for (let step = 1; step <= 6_000; step++) {
      state = advanceFleet(state, Math.max(random(), 1e-6));
      if (fleetStatistic(state) >= 1_000) return step;
    }
    return 6_000;
  });
  expect(lengths.reduce((sum, length) => sum + length, 0) / lengths.length).toBeGreaterThan(1_000);
});

/** Steps until a session's e-value reaches 100; 200 if it does not. */
function stepsToAlarm(p: () => number): number {
  let state = initialDriftState;
  for (let step = 0; step < 200; step++) {
    state = advanceDrift(state, p());
    if (driftEValue(state) >= 100) return step;
  }
  return 200;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
