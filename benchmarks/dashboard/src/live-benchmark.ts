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
  /** Tasks of the page's main thread that took 50 ms or more. */
  readonly longTasks: number;
  readonly longestTaskMs: number;
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
    pageHeapMegabytes: heap / 1e6,
  };
}
