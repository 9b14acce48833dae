import { mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { writeReport } from "../write-report.js";
import { launchChromium, openFile } from "./chromium.js";
import { madeRows, writeRun } from "./made-run.js";

// How large report.html is, and the CPU time it takes to write, and to open: of the page's main thread until it is drawn, the median.
const runs = [
  { steps: 10 },
  { steps: 1_000 },
  { steps: 50_000 },
  { steps: 50_000, texts: true },
  { steps: 50_000, sessionLength: 50_000 },
  { steps: 200_000 },
] as const;
const openings = 5;

const browser = await launchChromium();
for (const run of runs) {
  const folder = await mkdtemp(join(tmpdir(), "persona-guard-measure-"));
  await writeRun(folder, madeRows(run));
  const before = process.cpuUsage();
  const { file } = await writeReport(folder);
  const written = process.cpuUsage(before).user / 1e6;
  const { size } = await stat(file);
  const opened: number[] = [];
  for (let count = 0; count < openings; count += 1) opened.push(await openingSeconds(browser, file));
  const median = opened.sort((a, b) => a - b)[Math.floor(openings / 2)] ?? Number.NaN;
  console.log(
    `${JSON.stringify(run)}: ${(size / 1e6).toFixed(1)} MB, written in ${written.toFixed(1)} s, opened in ${median.toFixed(1)} s`,
  );
}
await browser.close();

async function openingSeconds(browser: Browser, file: string): Promise<number> {
  const { page } = await openFile(browser, file);
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.reload();
  await page.locator("svg.plot").first().waitFor();
  const { metrics } = await session.send("Performance.getMetrics");
  await page.close();
  return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
}
