import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startDashboard } from "@persona-guard/monitor/dashboard";
import { chromium } from "playwright-core";
import { quantile } from "./quantile.js";
import { sampleEvents } from "./sample-events.js";

export interface LiveFigures {
  readonly events: number;
  readonly seconds: number;
  /** From the time in an event to when it stands on the page, in milliseconds. */
  readonly delay: { readonly p50: number; readonly p95: number };
  /** Tasks of the page's main thread that took 50 ms or more, by the clock. */
  readonly longTasks: number;
  readonly longestTaskMs: number;
  /** The longest by the time that the thread really ran: what else the machine does is not in it. */
  readonly longestTaskCpuMs: number;
  readonly pageHeapMegabytes: number;
}

const tickMs = 100;

/** Notes in the page when the step count grows, and long tasks. */
const observe = `
  window.seen = []; window.tasks = [];
  new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) tasks.push(duration); }).observe({ type: "longtask", buffered: true });
  new MutationObserver(() => {
    const newest = document.querySelector(".feed time");
    if (newest !== null && seen.at(-1)?.[0] !== newest.dateTime) seen.push([newest.dateTime, Date.now()]);
  }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
`;

/** What it costs the page to follow so many events a second for so long. */
export async function liveBenchmark({
  perSecond,
  seconds,
  executablePath,
}: {
  readonly perSecond: number;
  readonly seconds: number;
  readonly executablePath: string;
}): Promise<LiveFigures> {
  const folder = await mkdtemp(join(tmpdir(), "persona-guard-benchmark-"));
  const dashboard = await startDashboard({ events: [folder], port: 0, labels: join(folder, ".labels") });
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.goto(dashboard.url);
  await page.getByText("No step is logged yet").waitFor();
  await page.evaluate(observe);
  await browser.startTracing(page, { categories: ["toplevel", "__metadata"] });
  const events = perSecond * seconds;
  const made = sampleEvents({ count: events, seed: 11, from: 0, everyMs: 5, texts: true });
  const started = performance.now();
  for (let written = 0; written < events; ) {
    const due = Math.min(events, Math.floor(((performance.now() - started) / 1_000) * perSecond) + 1);
    const lines: string[] = [];
    for (; written < due; written++) {
      const { value: event } = made.next();
      if (event !== undefined)
        lines.push(`${JSON.stringify({ level: 30, ...event, at: new Date().toISOString() })}\n`);
    }
    await appendFile(join(folder, "events.jsonl"), lines.join(""));
    await sleep(tickMs);
  }
  const took = (performance.now() - started) / 1_000;
  await page.getByText(`Live ${events.toLocaleString("en")} steps`).waitFor();
  const longestTaskCpuMs = longestTaskIn(await browser.stopTracing());
  const seen = await page.evaluate<readonly (readonly [string, number])[]>("seen");
  const tasks = await page.evaluate<readonly number[]>("tasks");
  const heap = await page.evaluate<number>("performance.memory.usedJSHeapSize");
  await browser.close();
  await dashboard.close();
  await rm(folder, { recursive: true });
  const delays = seen.map(([at, shown]) => shown - Date.parse(at));
  return {
    events,
    seconds: took,
    delay: { p50: quantile(delays, 0.5), p95: quantile(delays, 0.95) },
    longTasks: tasks.length,
    longestTaskMs: Math.max(0, ...tasks),
    longestTaskCpuMs,
    pageHeapMegabytes: heap / 1e6,
  };
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Time that the thread ran, in microseconds. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** The longest task of any page's main thread in a Chromium trace, in milliseconds of its own time. */
function longestTaskIn(trace: Buffer): number {
  const { traceEvents }: { traceEvents: readonly TraceEvent[] } = JSON.parse(trace.toString("utf8"));
  const mainThreads = new Set(
    traceEvents
      .filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain")
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const times = traceEvents.flatMap(({ name, pid, tid, tdur }) =>
    name.endsWith("RunTask") && tdur !== undefined && mainThreads.has(`${pid} ${tid}`) ? [tdur] : [],
  );
  if (times.length === 0) throw new Error("The trace holds no task of a page.");
  return times.reduce((most, one) => Math.max(most, one), 0) / 1_000;
}
