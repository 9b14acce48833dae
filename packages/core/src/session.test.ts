import { expect, test } from "vitest";
import { seededRandom } from "../test/seeded-random.js";
import { pValuesFor } from "./calibration.js";
import { Sessions } from "./session.js";

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
