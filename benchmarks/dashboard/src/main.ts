import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { historyBenchmark } from "./history-benchmark.js";
import { liveBenchmark } from "./live-benchmark.js";

/** The bars that the dashboard is held to, in milliseconds. */
const slowestView = 500;
const longestTask = 100;

const numberAfter = (flag: string, otherwise: number) => {
  const at = process.argv.indexOf(flag);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const events = numberAfter("--events", 1_000_000);
const seconds = numberAfter("--seconds", 60);
const busyBefore = loadavg()[0] ?? 0;

const live = await liveBenchmark({ perSecond: 200, seconds, executablePath: "/usr/bin/chromium" });
console.log(
  `live     ${live.events} events in ${live.seconds.toFixed(0)} s: on the page after ${live.delay.p50.toFixed(0)} ms (p95 ${live.delay.p95.toFixed(0)} ms), ` +
    `${live.longTasks} long tasks, the longest ${live.longestTaskMs.toFixed(0)} ms, ${live.longestTaskCpuMs.toFixed(0)} ms of its own time (bar: ${longestTask} ms), ${live.pageHeapMegabytes.toFixed(0)} MB heap`,
);
const history = await historyBenchmark({ events, rounds: 20 });
console.log(
  `history  ${history.events} events, ${(history.logBytes / 1e6).toFixed(0)} MB of log: read in ${history.loadSeconds.toFixed(1)} s (${history.loadCpuSeconds.toFixed(1)} s of computing), ${history.residentMegabytes.toFixed(0)} MB resident`,
);
console.log(
  `\n| view (bar: p95 below ${slowestView} ms) | p50 ms | p95 ms | computed ms |\n| --- | ---: | ---: | ---: |`,
);
for (const { view, p50, p95, cpu } of history.views)
  console.log(`| \`${view}\` | ${p50.toFixed(0)} | ${p95.toFixed(0)} | ${cpu.toFixed(0)} |`);

const results = {
  node: process.version,
  machine: `${availableParallelism()} cores, ${cpus()[0]?.model ?? "unknown"}`,
  loadBefore: busyBefore,
  live,
  history,
};
const folder = fileURLToPath(new URL("../results/", import.meta.url));
mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}dashboard.json`, `${JSON.stringify(results, null, 2)}\n`);
