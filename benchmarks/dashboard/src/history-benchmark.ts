import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startDashboard } from "@persona-guard/monitor/dashboard";
import { quantile } from "./quantile.js";
import { sampleEvents } from "./sample-events.js";

const eventsPerFile = 75_000;
const everyMs = 2_500;

export interface HistoryFigures {
  readonly events: number;
  readonly logBytes: number;
  readonly loadSeconds: number;
  readonly loadCpuSeconds: number;
  readonly residentMegabytes: number;
  /** Times by the clock, and what the process computed for one answer, all cores together; in milliseconds. */
  readonly views: readonly {
    readonly view: string;
    readonly p50: number;
    readonly p95: number;
    readonly cpu: number;
  }[];
}

/** How long each view takes over a history of so many events, asked over HTTP as the page asks. */
export async function historyBenchmark({
  events,
  rounds,
}: {
  readonly events: number;
  readonly rounds: number;
}): Promise<HistoryFigures> {
  const folder = await mkdtemp(join(tmpdir(), "persona-guard-benchmark-"));
  const from = Date.now() - events * everyMs;
  const written = await writeLog(folder, { events, from });
  const started = performance.now();
  const loadCpu = cpuSince();
  const dashboard = await startDashboard({ events: [folder], port: 0, labels: join(folder, ".labels") });
  const get = async (path: string) => {
    const response = await fetch(`${dashboard.url}api/${path}`);
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(body)}`);
    return body;
  };
  while (!JSON.stringify(await get("start")).includes('"caughtUp":true')) await sleep(250);
  const loadCpuSeconds = loadCpu() / 1_000;
  const loadSeconds = (performance.now() - started) / 1_000;
  const found = JSON.stringify(await get("summary"));
  if (!found.includes(`"steps":${events},`)) throw new Error(`Not all ${events} events were read: ${found}`);

  const lastDay = `from=${Date.now() - 24 * 3_600_000}`;
  const paths = [
    "summary",
    `summary?${lastDay}`,
    "names",
    ...["persona", "model", "tool", "trait"].map((by) => `drift-rates?by=${by}`),
    "drift-rates?by=tool&persona=atlas-sales",
    "fleet",
    "coverage",
    "sessions",
    "sessions?order=drift",
    `session?name=${written.session}`,
    "search?outcome=drifted",
    "search?text=innovative",
    "search?text=no%20such%20words",
    `search?text=${written.session}`,
    "search?tool=send_email&trait=remorse",
    `step?id=${written.id}`,
  ];
  const times = new Map<string, { readonly clock: number[]; readonly cpu: number[] }>(
    paths.map((path) => [path, { clock: [], cpu: [] }]),
  );
  // In turns, so that whatever else the machine does falls on all views alike; the first turn only warms up.
  for (let round = -1; round < rounds; round++) {
    for (const path of paths) {
      const begin = performance.now();
      const cpu = cpuSince();
      await get(path);
      if (round < 0) continue;
      times.get(path)?.clock.push(performance.now() - begin);
      times.get(path)?.cpu.push(cpu());
    }
  }
  const residentMegabytes = process.memoryUsage().rss / 1e6;
  await dashboard.close();
  await rm(folder, { recursive: true });
  return {
    events,
    logBytes: written.bytes,
    loadSeconds,
    loadCpuSeconds,
    residentMegabytes,
    views: [...times].map(([view, { clock, cpu }]) => ({
      view: view.replace(/(from|name|id)=[^&]+/, "$1=…").replace(written.session, "…"),
      p50: quantile(clock, 0.5),
      p95: quantile(clock, 0.95),
      cpu: quantile(cpu, 0.5),
    })),
  };
}

/** Milliseconds that this process has computed since now, on all cores. */
function cpuSince(): () => number {
  const begin = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1_000;
  };
}

/** Writes the log as a rolling one would lie there, and names a session and an event in its middle. */
async function writeLog(
  folder: string,
  { events, from }: { readonly events: number; readonly from: number },
) {
  let number = 0;
  let bytes = 0;
  const middle = { session: "", id: "" };
  let file = createWriteStream(join(folder, "events.00.jsonl"));
  for (const event of sampleEvents({ count: events, seed: 7, from, everyMs })) {
    if (number === Math.floor(events / 2)) Object.assign(middle, { session: event.session, id: event.id });
    if (number > 0 && number % eventsPerFile === 0) {
      file.end();
      await once(file, "close");
      file = createWriteStream(
        join(folder, `events.${String(number / eventsPerFile).padStart(2, "0")}.jsonl`),
      );
    }
    number += 1;
    const line = `${JSON.stringify({ level: 30, time: Date.parse(event.at), pid: 1, hostname: "host", name: "persona-guard", ...event, msg: event.event })}\n`;
    bytes += line.length;
    if (!file.write(line)) await once(file, "drain");
  }
  file.end();
  await once(file, "close");
  return { ...middle, bytes };
}
