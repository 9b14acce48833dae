import { writeFileSync } from "node:fs";

// Loaded into the command that is measured, before its own code: tells at its end what it took.
const { USAGE_FILE } = process.env;
if (USAGE_FILE !== undefined)
  process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    writeFileSync(
      USAGE_FILE,
      JSON.stringify({ megabytes: maxRSS / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }),
    );
  });
