import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type CommandRun, replayCommandRun } from "./command-run.js";
import { plainLoops } from "./contenders.js";
import { plainExport } from "./plain-export.js";
import { pythonThroughput } from "./python-throughput.js";
import { sampledTexts } from "./texts.js";
import { type Throughput, throughputs } from "./throughput.js";

const textCount = 512;
const startUps = 5;
/** The least and the most that the same run takes differ by some megabytes. */
const memoryRuns = 3;

const { values } = parseArgs({ options: { traces: { type: "string" }, python: { type: "string" } } });
const load = loadavg()[0] ?? 0;
const { from, texts, sha256 } = await sampledTexts(textCount, values.traces);
const rows = await throughputs(texts, values.python === undefined ? undefined : plainExport(values.python));
const python = values.python === undefined ? undefined : pythonThroughput(values.python, texts);
const one: CommandRun[] = [];
for (let run = 0; run < startUps; run++) one.push(await replayCommandRun(1, "cascade"));
const small: CommandRun[] = [];
const large: CommandRun[] = [];
for (let run = 0; run < memoryRuns; run++) {
  small.push(await replayCommandRun(10_000, "lexical"));
  large.push(await replayCommandRun(100_000, "lexical"));
}

const best = rows
  .filter(({ name }) => name.startsWith("onnxruntime"))
  .reduce((a, b) => (b.textsPerSecond > a.textsPerSecond ? b : a));
const encoder = rowNamed("encoder, 2 threads (replay)");
const cascade = rowNamed("cascade, 2 threads (replay)");
const bestOfPython = Math.max(...Object.values(python?.textsPerSecond ?? {}));
const bars = [
  barOf(`encoder to ${best.name}, the best`, encoder.textsPerSecond / best.textsPerSecond, { atLeast: 0.9 }),
  barOf("cascade to encoder", cascade.textsPerSecond / encoder.textsPerSecond, { atLeast: 4 }),
  ...(python === undefined ? [] : [encoder, cascade].flatMap(barsAgainstOthers)),
  barOf(
    "memory at 100,000 steps to 10,000, median",
    medianOf(large, "megabytes") / medianOf(small, "megabytes"),
    {
      atMost: 1.1,
    },
  ),
  barOf(
    "CPU time of a step at 100,000 steps to 10,000, median",
    medianOf(large, "cpuSeconds") / medianOf(small, "cpuSeconds") / 10,
    { atMost: 1.1 },
  ),
  barOf("seconds from start to the end of one step, median", medianOf(one, "seconds"), { atMost: 2 }),
];
report();

interface Bar {
  readonly what: string;
  readonly value: number;
  readonly bar: string;
  readonly isMet: boolean;
}

function barOf(
  what: string,
  value: number,
  limit: { readonly atLeast: number } | { readonly atMost: number },
): Bar {
  return "atLeast" in limit
    ? { what, value, bar: `>= ${limit.atLeast}`, isMet: value >= limit.atLeast }
    : { what, value, bar: `<= ${limit.atMost}`, isMet: value <= limit.atMost };
}

/** A tier against what one would write without it. */
function barsAgainstOthers({ name, textsPerSecond }: Throughput): readonly Bar[] {
  const tier = name.split(",")[0];
  const ratio = (other: number) => textsPerSecond / other;
  return [
    barOf(`${tier} to the loop on a plain export, int8`, ratio(rowNamed(plainLoops.int8).textsPerSecond), {
      atLeast: 2,
    }),
    barOf(`${tier} to the loop on a plain export, fp32`, ratio(rowNamed(plainLoops.fp32).textsPerSecond), {
      atLeast: 2,
    }),
    barOf(`${tier} to Python at its best batch size, fp32`, ratio(bestOfPython), { atLeast: 3 }),
  ];
}

function rowNamed(name: string): Throughput {
  const row = rows.find((candidate) => candidate.name === name);
  if (row === undefined) throw new Error(`Nothing is called ${name}.`);
  return row;
}

function medianOf(runs: readonly CommandRun[], name: "megabytes" | "cpuSeconds" | "seconds"): number {
  const numbers = runs.map((run) => run[name]).sort((a, b) => a - b);
  return numbers[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function report(): void {
  console.log(
    `| ${textCount} texts of the ${from} | texts/s | lowest and highest of a chunk |\n|---|---|---|`,
  );
  for (const { name, textsPerSecond, perChunk } of rows) {
    const range = `${Math.min(...perChunk).toFixed(0)}-${Math.max(...perChunk).toFixed(0)}`;
    console.log(`| ${name} | ${textsPerSecond.toFixed(0)} | ${range} |`);
  }
  for (const [size, perSecond] of Object.entries(python?.textsPerSecond ?? {}))
    console.log(`| Python, fp32, batches of ${size} | ${perSecond.toFixed(0)} | |`);
  console.log("\n| steps | seconds | CPU seconds | peak MB |\n|---|---|---|---|");
  for (const { steps, seconds, cpuSeconds, megabytes } of [...one, ...small, ...large])
    console.log(`| ${steps} | ${seconds.toFixed(2)} | ${cpuSeconds.toFixed(2)} | ${megabytes.toFixed(0)} |`);
  console.log("\n| what | found | bar | met |\n|---|---|---|---|");
  for (const { what, value, bar, isMet } of bars)
    console.log(`| ${what} | ${value.toFixed(2)} | ${bar} | ${isMet ? "yes" : "no"} |`);
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    loadBefore: load,
  };
  const results = fileURLToPath(new URL("../results", import.meta.url));
  mkdirSync(results, { recursive: true });
  writeFileSync(
    `${results}/replay.json`,
    `${JSON.stringify({ ...machine, texts: textCount, from, sha256, bars, throughput: rows, python, startUp: one, small, large }, null, 2)}\n`,
  );
}
