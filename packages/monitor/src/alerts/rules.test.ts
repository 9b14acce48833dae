import type { DriftEvent } from "@persona-guard/core";
import { expect, test } from "vitest";
import { sampleEvent } from "../testing.js";
import { type Rule, ruleSchema } from "./rule.js";
import { afterOccurrence, initialRuleState } from "./rules.js";

const minute = 60_000;
const start = Date.parse("2026-03-02T10:00:00.000Z");

/** Titles of the alerts that a rule finds, by what happens when; `undefined` is time going by. */
function titles(
  given: Parameters<typeof ruleSchema.parse>[0],
  happenings: readonly (readonly [atMinute: number, event?: Partial<DriftEvent>])[],
) {
  const rule: Rule = ruleSchema.parse(given);
  let state = afterOccurrence(rule, initialRuleState, { now: start }).state;
  return happenings.flatMap(([at, fields]) => {
    const now = start + at * minute;
    const event = fields && sampleEvent({ at: new Date(now).toISOString(), ...fields });
    const next = afterOccurrence(rule, state, { now, ...(event ? { event } : {}) });
    state = next.state;
    return next.alerts.map(({ title }) => title);
  });
}

const alarm = { sessionAlarm: true, sessionStart: 3, outcome: "drifted" } as const;
const other = { name: "clerk", version: "1" };
const drifting: DriftEvent["utterances"] = [
  {
    kind: "chat",
    field: "text",
    outcome: "drifted",
    driftedTo: "sarcasm",
    evidence: [{ start: 0, end: 5, text: "Oh, sure." }],
  },
];

test("a session that alarms is told once, with where it began and what it became", () => {
  expect(
    titles({ when: "session-alarm" }, [
      [0, {}],
      [1, { ...alarm, utterances: drifting }],
      [2, alarm],
      [3, { ...alarm, session: "evil\u001b[2J\n\u202ename\ud83d", persona: other }],
    ]),
  ).toEqual([
    "Session session-1 of desk has drifted to sarcasm, since step 3",
    "Session evil [2J name\uFFFD of clerk has drifted, since step 3",
  ]);
});

test("a rule for one persona does not see the others", () => {
  const rule = { when: "session-alarm", persona: "clerk" };
  expect(
    titles(rule, [
      [0, alarm],
      [1, { ...alarm, persona: other }],
    ]),
  ).toHaveLength(1);
});

test("a model that drifts across sessions is told once", () => {
  const fleet = { model: "model-x", statistic: 12_345, alarm: true };
  expect(
    titles({ when: "fleet-alarm" }, [
      [0, { fleet: { ...fleet, alarm: false } }],
      [1, { fleet }],
      [2, { fleet, session: "another" }],
    ]),
  ).toEqual(["model-x drifts across the sessions of desk"]);
});

const drifted = { outcome: "drifted" } as const;
test("a drift rate above its limit is told when it rises and when it falls back", () => {
  const rule = { when: "drift-rate", above: 0.4, windowMinutes: 10, minSteps: 4 };
  expect(
    titles(rule, [
      [0, drifted],
      [0, { ...drifted, attempt: 2 }], // redrafts, silent and undecided steps do not count
      [0, { outcome: "silent" }],
      [0, { outcome: "undecided" }],
      [1, drifted], // 2 of 2, but too few
      [2, {}],
      [3, {}], // 2 of 4
      [4, drifted], // still above
      [5, {}],
      [5, {}],
      [5, {}], // 3 of 8
    ]),
  ).toEqual([
    "desk: 50.0 % of 4 steps drifted in 10 minutes, limit 40 %",
    "desk is back below its limit: 37.5 % of 8 steps drifted in 10 minutes, limit 40 %",
  ]);
});

test("steps older than the window do not count, and a rate without steps falls back", () => {
  const rule = { when: "drift-rate", above: 0.4, windowMinutes: 10, minSteps: 2 };
  expect(titles(rule, [[0, drifted], [9, drifted], [12, {}], [18], [30]])).toEqual([
    "desk: 100.0 % of 2 steps drifted in 10 minutes, limit 40 %",
    "desk is back below its limit: none of 0 steps drifted in 10 minutes, limit 40 %",
  ]);
});

test("what could not be scored has a rate of its own", () => {
  const rule = { when: "unscored-rate", above: 0.25, minSteps: 3 };
  expect(
    titles(rule, [
      [0, { outcome: "unscored" }],
      [0, {}],
      [1, { outcome: "silent" }],
      [2, drifted],
    ]),
  ).toEqual(["desk: 33.3 % of 3 steps could not be scored in 10 minutes, limit 25 %"]);
});

test("a guard that falls silent is told once, and when it speaks again", () => {
  expect(
    titles({ when: "guard-silent", minutes: 15 }, [[5, {}], [19], [20], [30], [40, {}], [54], [55]]),
  ).toEqual([
    "No drift event for 15 minutes: is the guard running?",
    "Drift events are coming again",
    "No drift event for 15 minutes: is the guard running?",
  ]);
});

test("silence is measured from the start, and only while events are expected", () => {
  expect(titles({ when: "guard-silent", minutes: 15 }, [[14], [15]])).toHaveLength(1);
  const expected = { from: "12:00", to: "14:00" };
  const rule = { when: "guard-silent", minutes: 15, expected };
  // It is 10:00. From 12:00 on, 15 minutes must pass.
  expect(titles(rule, [[60], [120], [134]])).toEqual([]);
  expect(titles(rule, [[60], [120], [135]])).toHaveLength(1);
});
