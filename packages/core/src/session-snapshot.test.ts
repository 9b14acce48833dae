import { expect, test } from "vitest";
import { advanceChangePoint, initialChangePoint } from "./change-point.js";
import { advanceDrift, initialDriftState } from "./drift-statistic.js";
import { evidenceOf, snapshotOf, storedSnapshotSchema } from "./session-snapshot.js";

const drift = advanceDrift(advanceDrift(initialDriftState, 0.4, 0), 0.001, 3);
const odds = advanceChangePoint(initialChangePoint, 7.25, 3);
const snapshot = snapshotOf({
  drift,
  odds,
  plainness: initialChangePoint,
  last: { eValue: 31.5, alarm: true, start: 3, suppressed: false },
});

test.each([
  { alarm: false, suppressed: false, eValue: 1 },
  { alarm: true, start: 0, suppressed: true, eValue: 1e100 },
])("a snapshot through JSON gives back what it was made of, with $eValue", (last) => {
  const evidence = { drift, odds, plainness: initialChangePoint, last };
  const stored = storedSnapshotSchema.parse(JSON.parse(JSON.stringify(snapshotOf(evidence))));
  expect(evidenceOf(stored)).toEqual(evidence);
});

test.each([
  { what: "a number less", numbers: snapshot.numbers.slice(1) },
  { what: "a negative e-value", numbers: [-1, ...snapshot.numbers.slice(1)] },
  { what: "half a step", numbers: snapshot.numbers.with(4, 0.5) },
  { what: "null for a number", numbers: [null, ...snapshot.numbers.slice(1)] },
])("a stored snapshot with $what is refused", ({ numbers }) => {
  expect(storedSnapshotSchema.safeParse({ ...snapshot, numbers }).success).toBe(false);
});
