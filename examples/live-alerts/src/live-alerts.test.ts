import type { DriftEvent } from "@persona-guard/core";
import type { Notice } from "@persona-guard/monitor";
import { expect, test } from "vitest";
import { startLiveAlerts } from "./live-alerts.js";

test("the two conversations that drift reach the pager, signed, and the dashboard shows which", async () => {
  const events: DriftEvent[] = [];
  const notices: Notice[] = [];
  const live = await startLiveAlerts({
    port: 0,
    pauseMs: 0,
    onEvent: (event) => events.push(event),
    onAlert: (notice) => notices.push(notice),
  });
  await live.finished;
  const alarmed = notices.flatMap(({ alerts }) => alerts.map(({ details }) => details.session));
  expect(alarmed.sort()).toEqual(["haddad", "okafor"]);
  expect(notices.every(({ severity, rule }) => severity === "critical" && rule === "session-alarm")).toBe(
    true,
  );

  const ask = async <Answer>(path: string) =>
    (await (await fetch(`${live.dashboard.url}api/${path}`)).json()) as Answer; // what the dashboard says of it
  const figures = () => ask<{ steps: number; sessions: number; sessionsInAlarm: number }>("summary");
  await expect.poll(async () => (await figures()).steps).toBe(events.length);
  expect(await figures()).toMatchObject({ sessions: 6, sessionsInAlarm: 2 });
  const worst = await ask<readonly { session: string; alarm: boolean }[]>("sessions?order=drift");
  const shown = worst.filter(({ alarm }) => alarm).map(({ session }) => session);
  expect(shown.sort()).toEqual(["haddad", "okafor"]);
  expect(events.filter(({ session, rescue }) => session === "moreau" && rescue !== undefined)).toHaveLength(
    1,
  );
  await live.close();
});
