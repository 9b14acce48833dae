import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { DriftEvent } from "@persona-guard/core";
import { temporaryFolder } from "../testing.js";
import type { Start } from "./api.js";
import { type Dashboard, type DashboardOptions, startDashboard } from "./dashboard.js";

export interface Served {
  readonly dashboard: Dashboard;
  /** The log's folder. */
  readonly folder: string;
  readonly labels: string;
  /** Appends events to a file of the log, as pino lines. */
  log(events: readonly DriftEvent[], file?: string): Promise<void>;
  /** Fulfilled when the dashboard has read so many steps. */
  hasRead(steps: number): Promise<Start>;
  get<Answer>(path: string): Promise<Answer>;
}

/** A dashboard of a folder of its own, at a port that the system chose. */
export async function served(options: Partial<DashboardOptions> = {}): Promise<Served> {
  const home = await temporaryFolder();
  const folder = join(home, "log");
  const labels = join(home, "labels.jsonl");
  await mkdir(folder);
  const dashboard = await startDashboard({ events: [folder], labels, port: 0, ...options });
  const get = async <Answer>(path: string) => {
    const response = await fetch(`${dashboard.url}${path}`);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer; // as the test that asks expects it
  };
  const hasRead = async (steps: number) => {
    for (;;) {
      const start = await get<Start>("api/start");
      if (start.reading.steps >= steps) return start;
      // The live feed says so when there is more.
      const live = await fetch(`${dashboard.url}api/live?after=${start.cursor}`);
      const reader = live.body?.getReader();
      await reader?.read();
      await reader?.cancel();
    }
  };
  return {
    dashboard,
    folder,
    labels,
    get,
    hasRead,
    log: (events, file = "events.jsonl") => appendFile(join(folder, file), events.map(lineOf).join("")),
  };
}

/** An event as pino writes it. */
export function lineOf(event: DriftEvent): string {
  return `${JSON.stringify({ level: 30, time: Date.parse(event.at), pid: 1, hostname: "host", name: "persona-guard", ...event, msg: event.event })}\n`;
}
