import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadGuard } from "@persona-guard/classifier";
import type { DriftEvent } from "@persona-guard/core";
import { type Notice, openEventLog, startAlerts, webhookTarget } from "@persona-guard/monitor";
import { type Dashboard, startDashboard } from "@persona-guard/monitor/dashboard";
import { startAlertReceiver } from "./alert-receiver.js";
import { runAgents } from "./run-agents.js";

export interface LiveAlerts {
  readonly dashboard: Dashboard;
  /** Fulfilled when every conversation is over and every alert delivered. */
  readonly finished: Promise<void>;
  close(): Promise<void>;
}

/** Agents under guard, their event log, alerts to a webhook, and a dashboard of the log. */
export async function startLiveAlerts(options: {
  readonly port: number;
  readonly pauseMs: number;
  readonly onEvent?: (event: DriftEvent) => void;
  readonly onAlert: (notice: Notice) => void;
}): Promise<LiveAlerts> {
  const { port, pauseMs, onEvent, onAlert } = options;
  const home = await mkdtemp(join(tmpdir(), "persona-guard-live-alerts-"));
  const secret = randomBytes(24).toString("hex");
  const stop = new AbortController();
  const guard = await loadGuard({
    persona: fileURLToPath(new URL("../persona.yaml", import.meta.url)),
    tier: "lexical",
  });
  const log = openEventLog({ folder: join(home, "events") });
  const receiver = await startAlertReceiver(secret, onAlert);
  const alerts = startAlerts({
    rules: [{ when: "session-alarm", severity: "critical", groupSeconds: 0, cooldownMinutes: 0 }],
    targets: [webhookTarget({ name: "pager", url: receiver.url, secret })],
    folder: join(home, "undelivered"),
  });
  const dashboard = await startDashboard({
    events: [join(home, "events")],
    labels: join(home, "labels.jsonl"),
    port,
  });
  const running = runAgents({
    guard,
    pauseMs,
    signal: stop.signal,
    onEvent: (event) => {
      log.listener(event);
      alerts.listener(event);
      onEvent?.(event);
    },
  });
  const finished = running.finally(() => alerts.close());
  return {
    dashboard,
    finished,
    close: async () => {
      stop.abort();
      await finished;
      await Promise.all([log.close(), guard.close(), dashboard.close()]);
      receiver.close();
      await rm(home, { recursive: true });
    },
  };
}
