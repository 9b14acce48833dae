import { describe, expect, test } from "vitest";
import { pValuesFor } from "./calibration.js";
import { seededRandom } from "./seeded-random.js";
import { Sessions } from "./session.js";

const sessions = 2_000;
const steps = 60;
const limits = { alarmRate: 0.01, plainShare: 0.4, processes: ["p-values", "plainness"] } as const;
/** alpha = 0.01 and three standard errors of a share over the sessions. */
const mostFalse = 0.01 + 3 * Math.sqrt((0.01 * 0.99) / sessions);

/** Share of sessions with an alarm, where a step has `texts` texts, each plain with the given chance. */
function alarmed(texts: number, plainShare: number | undefined, seed: number): number {
  const random = seededRandom(seed);
  const open = new Sessions(limits, sessions);
  let count = 0;
  for (let session = 0; session < sessions; session += 1) {
    let alarm = false;
    for (let index = 0; index < steps && !alarm; index += 1) {
      const plain = Array.from(
        { length: plainShare === undefined ? 0 : texts },
        () => random() < (plainShare ?? 0),
      );
      // A plain text of a persona that must show character is judged by the session alone: it has no p-value.
      const judged = texts - plain.filter(Boolean).length;
      const pValues = Array.from({ length: judged }, () => Math.max(random(), 1e-6));
      ({ alarm } = open.advance({ session: `${session}`, index, pValues, eValues: [], plain }));
    }
    count += Number(alarm);
  }
  return count / sessions;
}

describe("at most one in a hundred of 2,000 sessions of 60 steps in persona ever alarms", () => {
  test.each([
    { what: "one text a step", texts: 1, plainShare: undefined },
    { what: "three texts a step", texts: 3, plainShare: undefined },
    { what: "a persona that must show character, plain as often as it may be", texts: 1, plainShare: 0.4 },
    { what: "the same with three texts a step", texts: 3, plainShare: 0.4 },
  ])("$what", ({ texts, plainShare }) => {
    expect(alarmed(texts, plainShare, 17)).toBeLessThanOrEqual(mostFalse);
  });
});

test("that bound bites: sessions plainer than they may be alarm, most of them", () => {
  expect(alarmed(1, 0.8, 17)).toBeGreaterThan(0.9);
});

// A plain text multiplies the evidence by 0.95 / 0.4, and the mean of both e-processes at step t must reach 100:
// ln(2 * 100 * t * (t + 1)) / ln(0.95 / 0.4) steps, and one for the texts that are not plain.
test.each([
  { from: 0, mostSteps: 8 },
  { from: 20, mostSteps: 14 },
  { from: 50, mostSteps: 16 },
])(
  "a character that is gone from step $from on alarms within $mostSteps steps, and its start is found",
  ({ from, mostSteps }) => {
    const random = seededRandom(23);
    const open = new Sessions(limits, 300);
    const delays: number[] = [];
    const startErrors: number[] = [];
    for (let session = 0; session < 300; session += 1) {
      for (let index = 0; index < from + 40; index += 1) {
        const isPlain = random() < (index < from ? 0.2 : 0.97);
        const pValues = isPlain ? [] : [Math.max(random(), 1e-6)];
        const state = open.advance({ session: `${session}`, index, pValues, eValues: [], plain: [isPlain] });
        if (!state.alarm) continue;
        if (index >= from) {
          delays.push(index - from + 1);
          startErrors.push(Math.abs((state.start ?? 0) - from));
        }
        break;
      }
    }
    expect(delays.length).toBeGreaterThan(290);
    expect(median(delays)).toBeLessThanOrEqual(mostSteps);
    expect(median(startErrors)).toBeLessThanOrEqual(1);
  },
);

test.each([{ alarmRate: 0.05 }, { alarmRate: 0.01 }])(
  "of 2,000 sessions of 100 steps in persona, at most a share of $alarmRate ever raises the alarm",
  ({ alarmRate }) => {
    const random = seededRandom(3);
    // Heavily tailed towards 0, as confidences of good texts are.
    const confidence = () => 1 - (1 - random()) ** 4 * random();
    const alarms = Array.from({ length: 2_000 }, (_, at) => at).filter((at) => {
      const { of, eValueOf } = pValuesFor(calibrationOf(300, confidence), alarmRate);
      const sessions = sessionsOf(alarmRate);
      for (let index = 0; index < 100; index++) {
        const one = confidence();
        const judged = { pValues: [of(one, "chat")], eValues: [eValueOf(one, "chat")], plain: [] };
        if (sessions.advance({ session: `${at}`, index, ...judged }).alarm) return true;
      }
      return false;
    });
    const chance = 3 * Math.sqrt((alarmRate * (1 - alarmRate)) / 2_000);
    expect(alarms.length / 2_000).toBeLessThanOrEqual(alarmRate + chance);
  },
);

test("a few sure signs of drift end a session that rare confidences alone would have let go on", () => {
  const calibration = calibrationOf(300, () => 0.9);
  const { of, eValueOf } = pValuesFor(calibration, 0.01);
  const sessions = sessionsOf(0.01);
  const states = [0.95, 0.95, 0.95, 0.001, 0.001].map((one, index) =>
    sessions.advance({
      session: "a",
      index,
      pValues: [of(one, "chat")],
      eValues: [eValueOf(one, "chat")],
      plain: [],
    }),
  );
  expect(states.map(({ alarm }) => alarm)).toEqual([false, false, false, false, true]);
  expect(states.at(-1)?.start).toBe(3);
});

function sessionsOf(alarmRate: number): Sessions {
  return new Sessions({ alarmRate, plainShare: 0.4, processes: ["p-values", "odds"] });
}

function calibrationOf(n: number, confidence: () => number) {
  const chat = Array.from({ length: n }, confidence).sort((a, b) => a - b);
  return { confidences: { chat, email: [], message: [], report: [] } };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
