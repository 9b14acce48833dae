import * as z from "zod";
import { type ChangePoint, changePointSchema } from "./change-point.js";
import { driftStateSchema, initialDriftState } from "./drift-statistic.js";

const sessionStateSchema = z.object({
  eValue: z.number().min(0).describe("Evidence against “still in persona”."),
  alarm: z.boolean().describe("Whether the e-value has reached 1 / alpha at this step or before."),
  start: z
    .int()
    .min(0)
    .optional()
    .describe("After an alarm: index of the step at which the drift most likely began."),
  suppressed: z
    .boolean()
    .describe("Whether, after an alarm, the character which must show is still missing."),
});

/** What the session as a whole says after a step: P(ever an alarm) <= alpha for a session in persona. */
export type SessionState = Readonly<z.infer<typeof sessionStateSchema>>;

const evidenceSchema = z.object({
  drift: driftStateSchema.readonly(),
  odds: changePointSchema.readonly(),
  plainness: changePointSchema.readonly(),
  last: sessionStateSchema.readonly(),
});

/** All that a session's steps leave behind: the state of each e-process, and what was said last. */
export type SessionEvidence = Readonly<z.infer<typeof evidenceSchema>>;

const none = -1;
const numbersOfLast = 4;
const numbersOfPoint = 4;

const snapshotSchema = z.object({
  schema: z.literal("persona-guard/session/1"),
  numbers: z
    .array(z.number())
    .length(numbersOfLast + numbersOfPoint * (initialDriftState.length + 2))
    .describe(
      "eValue, alarm (0 or 1), start (or -1), suppressed; then steps, evidence, likelihood, start of each change point.",
    ),
});

/**
 * A session as it is kept and written down: plain JSON of constant size, for a checkpoint. Thousands of sessions are open at a
 * time, and as numbers alone they take a quarter of the memory.
 */
export type SessionSnapshot = Readonly<z.infer<typeof snapshotSchema>>;

/** Reads a snapshot that was stored, and what it holds; what is out of range is a fault. */
export const storedSnapshotSchema = snapshotSchema.refine(
  (snapshot) => evidenceSchema.safeParse(evidenceOf(snapshot)).success,
  {
    message: "a number is out of its range",
  },
);

export function snapshotOf({ last, drift, odds, plainness }: SessionEvidence): SessionSnapshot {
  const { eValue, alarm, start = none, suppressed } = last;
  const numbers = [eValue, Number(alarm), start, Number(suppressed)];
  // one by one: V8 then keeps the array as bare doubles, 8 bytes each
  for (const point of [...drift, odds, plainness])
    numbers.push(point.steps, point.evidence, point.likelihood, point.start);
  // the copy has no room to grow: a quarter less
  return { schema: "persona-guard/session/1", numbers: numbers.slice() };
}

export function evidenceOf(snapshot: SessionSnapshot): SessionEvidence {
  const { numbers } = snapshot;
  const others = initialDriftState.length;
  return {
    drift: initialDriftState.map((_, place) => changePointAt(place, numbers)),
    odds: changePointAt(others, numbers),
    plainness: changePointAt(others + 1, numbers),
    last: lastOf(snapshot),
  };
}

export function lastOf({ numbers }: SessionSnapshot): SessionState {
  const [eValue = 1, alarm, start = none, suppressed] = numbers;
  return { eValue, alarm: alarm === 1, ...(start === none ? {} : { start }), suppressed: suppressed === 1 };
}

function changePointAt(place: number, numbers: readonly number[]): ChangePoint {
  const at = numbersOfLast + numbersOfPoint * place;
  const [steps = 0, evidence = 0, likelihood = 0, start = 0] = numbers.slice(at, at + numbersOfPoint);
  return { steps, evidence, likelihood, start };
}
