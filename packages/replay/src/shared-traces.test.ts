import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findTraces } from "./find-traces.js";
import { readTraces } from "./read-traces.js";

/** Recorded runs of others, too large for the repository, beside a checkout or beside the folder of its worktrees. */
const folders = ["../../../../shared/data/traces/", "../../../../../shared/data/traces/"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
const shared = folders.find((folder) => existsSync(folder));

test.skipIf(shared === undefined).each([
  { folder: "tau-bench", format: "tau-bench", files: 1, steps: 2_454, texts: 1_380, calls: 1_164, faults: 0 },
  // A variant that writes the arguments of its own "think" calls as Python, not as JSON.
  {
    folder: "tau-bench-avaljotsingh",
    format: "tau-bench",
    files: 2,
    steps: 2_947,
    texts: 1_337,
    calls: 1_570,
    faults: 99,
  },
  {
    folder: "tau2-bench-blakeelias",
    format: "tau2-bench",
    files: 2,
    steps: 93,
    texts: 60,
    calls: 49,
    faults: 0,
  },
  {
    folder: "agentdojo-luna",
    format: "agentdojo",
    files: 215,
    steps: 1_093,
    texts: 257,
    calls: 1_364,
    faults: 0,
  },
  { folder: "bloom-agents", format: "petri", files: 100, steps: 652, texts: 647, calls: 742, faults: 0 },
])(
  "$folder is read whole (skipped where these recordings are absent)",
  async ({ folder, format, ...expected }) => {
    const { traces } = await findTraces([`${shared}${folder}`]);
    expect(new Set(traces.map(({ reader }) => reader.name))).toEqual(new Set([format]));
    const counts = { files: traces.length, steps: 0, texts: 0, calls: 0, faults: 0 };
    for await (const item of readTraces(traces)) {
      if (item.found === "fault") counts.faults += 1;
      else {
        counts.steps += 1;
        counts.texts += item.step.text === "" ? 0 : 1;
        counts.calls += item.step.toolCalls.length;
      }
    }
    expect(counts).toEqual(expected);
  },
);
