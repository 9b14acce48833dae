import { expect, test } from "vitest";
import type { Alert } from "./alert.js";
import { dueNotice, nothingWaiting, type QuietHours, withAlert } from "./notices.js";
import { type Rule, ruleSchema } from "./rule.js";

const second = 1_000;
const midnight = Date.parse("2026-03-02T00:00:00.000Z");
const rule: Rule = ruleSchema.parse({ when: "session-alarm", groupSeconds: 10, cooldownMinutes: 1 });
const quietHours: QuietHours = { from: "22:00", to: "07:00", except: "critical" };

const alert = (key: string, status: Alert["status"] = "firing"): Alert => ({
  key,
  status,
  at: "2026-03-02T12:00:00.000Z",
  title: key,
  details: {},
  evidence: [],
  count: 1,
});

/** What is told at which second, after alerts at theirs; it is looked at every second. */
function told(
  alerts: readonly (readonly [atSecond: number, alert: Alert])[],
  {
    until,
    of = rule,
    from = midnight + 12 * 3_600_000,
    quiet,
  }: { until: number; of?: Rule; from?: number; quiet?: QuietHours },
) {
  let waiting = nothingWaiting;
  const notices: string[] = [];
  for (let at = 0; at <= until; at += 1) {
    const now = from + at * second;
    for (const [, one] of alerts.filter(([when]) => when === at)) waiting = withAlert(waiting, one, now);
    const due = dueNotice(of, waiting, { now, id: () => "id", quietHours: quiet });
    waiting = due.waiting;
    const parts = due.notice?.alerts.map(({ key, status, count }) => `${key} ${status} x${count}`);
    if (parts !== undefined) notices.push(`${at}: ${parts.join(", ")}`);
  }
  return notices;
}

test("alerts that come together go into one notice, the same one once with its count", () => {
  const alerts = [
    [0, alert("a")],
    [3, alert("b")],
    [9, alert("a")],
  ] as const;
  expect(told(alerts, { until: 30 })).toEqual(["10: a firing x2, b firing x1"]);
});

test("what fires in the cool-down is told after it, not lost", () => {
  const alerts = [
    [0, alert("a")],
    [12, alert("b")],
    [40, alert("c")],
  ] as const;
  expect(told(alerts, { until: 100 })).toEqual(["10: a firing x1", "70: b firing x1, c firing x1"]);
});

test("what is over before anybody was told is not told", () => {
  const alerts = [
    [0, alert("a")],
    [1, alert("b")],
    [5, alert("a", "resolved")],
  ] as const;
  expect(told(alerts, { until: 30 })).toEqual(["10: b firing x1"]);
  expect(
    told(
      [
        [0, alert("a")],
        [5, alert("a", "resolved")],
      ],
      { until: 30 },
    ),
  ).toEqual([]);
  expect(
    told(
      [
        [0, alert("a")],
        [20, alert("a", "resolved")],
      ],
      { until: 100 },
    ),
  ).toEqual(["10: a firing x1", "70: a resolved x1"]);
});

test("in quiet hours only the severe is told, the rest when they end", () => {
  const from = midnight + 7 * 3_600_000 - 30 * second; // 30 seconds before they end
  const alerts = [[0, alert("a")]] as const;
  const until = 60;
  expect(told(alerts, { until, from, quiet: quietHours })).toEqual(["30: a firing x1"]);
  const critical: Rule = { ...rule, severity: "critical" };
  expect(told(alerts, { until, from, quiet: quietHours, of: critical })).toEqual(["10: a firing x1"]);
});

test("a flood becomes one notice that says how many it leaves out", () => {
  let waiting = nothingWaiting;
  for (let index = 0; index < 1_500; index += 1) waiting = withAlert(waiting, alert(`session ${index}`), 0);
  const { notice } = dueNotice(rule, waiting, { now: 10 * second, id: () => "id" });
  expect({ shown: notice?.alerts.length, omitted: notice?.omitted }).toEqual({ shown: 50, omitted: 1_450 });
});
