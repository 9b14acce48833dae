import { readFileSync, writeFileSync } from "node:fs";

// Loaded into the command that is measured, before its own code: tells at its end what it took.
const { USAGE_FILE } = process.env;
if (USAGE_FILE !== undefined)
  process.on("exit", () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    writeFileSync(
      USAGE_FILE,
      JSON.stringify({ megabytes: peakMegabytes(), cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }),
    );
  });

/** Linux has the peak of this program in its status; `maxRSS` would be at least the size of the program that started this one. */
function peakMegabytes(): number {
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return Number(kilobytes) / 1024;
}
