import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { PersonaGuardError } from "@persona-guard/core";
import { afterEach, expect, test } from "vitest";
import { receiver, sampleEvent, temporaryFolder } from "../testing.js";
import type { Notice } from "./alert.js";
import type { AlertTarget } from "./alert-target.js";
import { outstandingLetters } from "./dead-letters.js";
import { functionTarget } from "./function-target.js";
import { redeliver } from "./redeliver.js";
import { type AlertsOptions, startAlerts } from "./start-alerts.js";
import { webhookTarget } from "./webhook.js";

const alarm = sampleEvent({ sessionAlarm: true, outcome: "drifted" });
const atOnce = { when: "session-alarm", groupSeconds: 0, cooldownMinutes: 0 } as const;
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function started(options: Partial<AlertsOptions> & Pick<AlertsOptions, "targets">) {
  const folder = join(await temporaryFolder(), "alerts");
  const faults: string[] = [];
  const alerts = startAlerts({
    rules: [atOnce],
    folder,
    retry: { firstPauseMs: 1 },
    onFault: (message) => faults.push(message),
    ...options,
  });
  return { alerts, folder, faults };
}

async function webhook(...answers: Parameters<typeof receiver>) {
  const server = await receiver(...answers);
  closing.push(server.close);
  return { server, target: webhookTarget({ name: "ops", url: server.url }) };
}

test("an alert reaches a webhook that fails twice and then accepts, each time with the same id", async () => {
  const { server, target } = await webhook([500, 503, 200]);
  const { alerts, folder, faults } = await started({ targets: [target] });
  alerts.listener(alarm);
  await server.count(3);
  await alerts.close();
  const notices = server.received.map(({ body }): Notice => JSON.parse(body));
  expect(new Set(notices.map(({ id }) => id)).size).toBe(1);
  expect(notices[0]).toMatchObject({
    schema: "persona-guard/alert/1",
    rule: "session-alarm",
    severity: "warning",
    alerts: [{ title: "Session session-1 of desk has drifted, since step 0" }],
  });
  expect(server.received).toHaveLength(3);
  expect({ faults, letters: (await outstandingLetters(folder)).letters }).toEqual({
    faults: [],
    letters: [],
  });
});

test("a receiver that asks for a pause is given it", async () => {
  const { server, target } = await webhook([429, 200], { "retry-after": "0" });
  const { alerts } = await started({ targets: [target], retry: { firstPauseMs: 3_600_000 } });
  alerts.listener(alarm);
  await server.count(2);
  await alerts.close();
});

test("a target that never answers holds up neither events nor other targets, and its notice is kept on disk", async () => {
  const dead = await webhook(["never"]);
  const told: string[] = [];
  const live = functionTarget("live", ({ alerts }) => {
    told.push(String(alerts[0]?.details.session));
  });
  const targets = [{ ...dead.target, name: "dead" }, live];
  const { alerts, folder, faults } = await started({
    targets,
    retry: { attempts: 2, firstPauseMs: 1, timeoutMs: 50 },
  });
  for (let session = 0; session < 3; session += 1)
    alerts.listener({ ...alarm, session: `session-${session}` });
  await alerts.close();
  expect(told).toEqual(["session-0", "session-1", "session-2"]);
  expect(alerts.undelivered()).toBe(3);
  expect(faults[0]).toMatch(
    /^The alert "session-alarm" was not delivered after 2 attempts: dead: no answer within 50 ms\. It is kept in /,
  );
  const { letters } = await outstandingLetters(folder);
  expect(letters.map(({ target, notice }) => `${target}: ${notice.alerts[0]?.details.session}`)).toEqual([
    "dead: session-0",
    "dead: session-1",
    "dead: session-2",
  ]);
});

test("what a failing target has not taken is on disk before it is given up, so that a killed process loses no alert", async () => {
  const { server, target } = await webhook([500]);
  const { alerts, folder } = await started({
    targets: [target],
    retry: { firstPauseMs: 3_600_000 },
    closingMs: 0,
  });
  const kept = async (letters: number): Promise<unknown[]> => {
    const sessions = (await outstandingLetters(folder)).letters.map(
      ({ notice }) => notice.alerts[0]?.details.session,
    );
    return sessions.length === letters ? sessions : await kept(letters);
  };
  alerts.listener({ ...alarm, session: "tried" });
  expect(await kept(1)).toEqual(["tried"]);
  alerts.listener({ ...alarm, session: "waiting" });
  expect(await kept(2)).toEqual(["tried", "waiting"]);
  expect(server.received).toHaveLength(1);
  await alerts.close();
  expect(await kept(2)).toEqual(["tried", "waiting"]);
});

test("what is refused is not tried again", async () => {
  const { server, target } = await webhook([404]);
  const { alerts, faults } = await started({ targets: [target] });
  alerts.listener(alarm);
  await alerts.close();
  expect(server.received).toHaveLength(1);
  expect(faults[0]).toMatch(/not delivered after 1 attempts: 127\.0\.0\.1:\d+ answered 404\./);
});

test("a redirect is not followed: a signature is for one address alone", async () => {
  const elsewhere = await receiver();
  closing.push(elsewhere.close);
  const { target } = await webhook([307], { location: elsewhere.url });
  const { alerts } = await started({ targets: [target] });
  alerts.listener(alarm);
  await alerts.close();
  expect(elsewhere.received).toEqual([]);
});

test("dead letters are redelivered once: those that fail again stay", async () => {
  const { server, target } = await webhook([400, 400, 500, 200]);
  const { alerts, folder } = await started({ targets: [target] });
  for (const session of ["a", "b"]) alerts.listener({ ...alarm, session });
  await server.count(2);
  await alerts.close();
  const outcomes = async (targets: readonly AlertTarget[] = [target]) => {
    const all: string[] = [];
    for await (const one of redeliver(folder, { targets }))
      all.push("fault" in one ? one.fault : one.delivery.outcome);
    return all;
  };
  expect(await outcomes([])).toEqual([
    expect.stringMatching(/^There is no target "ops" any more: its notice .* stays\.$/),
    expect.stringMatching(/^There is no target "ops" any more/),
  ]);
  expect(await outcomes()).toEqual(["failed", "delivered"]);
  expect(await outcomes()).toEqual(["delivered"]);
  expect(await outcomes()).toEqual([]);
  const ids = server.received.map(({ headers }) => headers["x-persona-guard-delivery"]);
  expect([ids[2], ids[3], ids[4]]).toEqual([ids[0], ids[1], ids[0]]);
  expect(await readdir(folder)).not.toContain("redeliver.lock");
});

test("what a function target throws is tried again; an alert in quiet hours is kept for later when the process ends", async () => {
  const sent: string[] = [];
  const flaky = functionTarget("pager", ({ severity }) => {
    sent.push(severity);
    if (sent.length === 1) throw new Error("busy");
  });
  const rules = [
    { ...atOnce, name: "loud", severity: "critical" },
    { ...atOnce, name: "calm" },
  ] as const;
  const { alerts, folder } = await started({
    targets: [flaky],
    rules,
    quietHours: { from: "00:00", to: "00:00", except: "critical" },
  });
  alerts.listener(alarm);
  await alerts.close();
  expect(sent).toEqual(["critical", "critical"]);
  const { letters } = await outstandingLetters(folder);
  expect(letters.map(({ notice, fault }) => `${notice.rule}: ${fault}`)).toEqual([
    "calm: held back by quiet hours",
  ]);
});

test("silence is told without any event, by the clock that is given", async () => {
  const { server, target } = await webhook();
  let now = 0;
  const rules = [{ when: "guard-silent", minutes: 5, groupSeconds: 0, to: ["ops"] }] as const;
  const { alerts } = await started({ targets: [target], rules, now: () => now, tickMs: 1 });
  now = 5 * 60_000;
  await server.count(1);
  await alerts.close();
  expect(JSON.parse(server.received[0]?.body ?? "")).toMatchObject({
    condition: "guard-silent",
    at: "1970-01-01T00:05:00.000Z",
  });
});

test("a target's fault while it watches events is told and stops nothing", async () => {
  const told: string[] = [];
  const odd: AlertTarget = {
    ...functionTarget("odd", ({ rule }) => void told.push(rule)),
    observe: () => {
      throw new Error("odd");
    },
  };
  const { alerts, faults } = await started({ targets: [odd] });
  alerts.listener(alarm);
  await alerts.close();
  expect({ told, faults }).toEqual({
    told: ["session-alarm"],
    faults: ["A fault in an alert target or rule: odd"],
  });
});

test.each([
  { rules: [{ when: "session-alarm", to: ["gone"] }], says: /names a target "gone" that is not there/ },
  { rules: [{ when: "drift-rate" }], says: /above/ },
] as const)("rules that cannot work are refused: $says", async ({ rules, says }) => {
  // @ts-expect-error: what a JavaScript user may write
  await expect(started({ targets: [], rules })).rejects.toThrow(says);
  // @ts-expect-error: as above
  await expect(started({ targets: [], rules })).rejects.toBeInstanceOf(PersonaGuardError);
});
