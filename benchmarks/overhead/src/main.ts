import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { type Quantile, quantile } from "benchmarks-latency/quantile";
import { rawForward } from "benchmarks-latency/raw-forward";
import { heapPerThousand, type LoopDelay, loopDelay, stepTimes } from "./measure.js";
import { setupsWith } from "./setups.js";
import { textsOfBothSorts } from "./texts.js";

const agents = 20;
const sessions = 1_000;

interface Row {
  readonly setup: string;
  /** Milliseconds per step of the agent. */
  readonly p50: Quantile;
  readonly p95: Quantile;
  /** Median of the differences to the empty middleware on the same text in persona, in milliseconds. */
  readonly added: Quantile;
  /** `added` over that of ONNX Runtime alone. */
  readonly toForward: number;
  /** As `added`, on texts that drift. */
  readonly addedByDrift: Quantile;
  readonly delay: LoopDelay;
}

const { inPersona, drifting, sha256 } = await textsOfBothSorts(30);
const texts = inPersona.flatMap((text, at) => [text, drifting[at] ?? ""]);
const forward = await rawForward(texts);
const setups = setupsWith((text) => forward(texts.indexOf(text)));
const named = (name: string) => {
  const setup = setups.find((one) => one.name === name);
  if (setup === undefined) throw new Error(`There is no setup "${name}".`);
  return setup;
};

const times = await stepTimes(setups, inPersona, { warmUps: 5 });
const timesOfDrift = await stepTimes(setups, drifting, { warmUps: 5 });
const emptyAt = setups.indexOf(named("empty middleware"));
const addedBy = (at: number, of: typeof times) =>
  quantile(
    (of[at] ?? []).map((milliseconds, index) => milliseconds - (of[emptyAt]?.[index] ?? 0)),
    0.5,
  );
const forwardAdded = addedBy(setups.indexOf(named("onnxruntime-node alone")), times).value;
const rows: Row[] = [];
for (const [at, setup] of setups.entries()) {
  const added = addedBy(at, times);
  rows.push({
    setup: setup.name,
    p50: quantile(times[at] ?? [], 0.5),
    p95: quantile(times[at] ?? [], 0.95),
    added,
    toForward: added.value / forwardAdded,
    addedByDrift: addedBy(at, timesOfDrift),
    delay: await loopDelay(setup, texts, { agents, runsEach: 3, thinkingMs: 400 }),
  });
}
const memory = {
  sessions,
  emptyMiddleware: await heapPerThousand(named("empty middleware"), texts, { sessions }),
  guardLexical: await heapPerThousand(named("guard, lexical"), texts, { sessions }),
};
report();
process.exit(0); // the guards' threads do not hold the program open, but their runtimes end slowly

function report(): void {
  console.log(
    `| setup | p50 ms a step (95 % interval) | p95 ms | added ms (95 % interval) | to onnxruntime | added where it drifts | loop delay p99 ms, ${agents} agents | max ms | steps/s |`,
  );
  console.log("|---|---|---|---|---|---|---|---|---|");
  for (const { setup, p50, p95, added, toForward, addedByDrift, delay } of rows) {
    const columns = [
      setup,
      interval(p50),
      p95.value.toFixed(2),
      interval(added),
      toForward.toFixed(2),
      interval(addedByDrift),
      delay.p99.toFixed(1),
      delay.max.toFixed(1),
      delay.stepsPerSecond.toFixed(0),
    ];
    console.log(`| ${columns.join(" | ")} |`);
  }
  console.log(
    `\nHeap kept per 1,000 sessions: ${memory.emptyMiddleware.toFixed(0)} kB with the empty middleware, ` +
      `${memory.guardLexical.toFixed(0)} kB with the guard (measured over ${sessions}).`,
  );
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
  };
  const results = fileURLToPath(new URL("../results", import.meta.url));
  mkdirSync(results, { recursive: true });
  writeFileSync(
    `${results}/overhead.json`,
    `${JSON.stringify({ ...machine, emails: texts.length, sha256, agents, rows, memory }, null, 2)}\n`,
  );
}

function interval({ value, from, to }: Quantile): string {
  return `${value.toFixed(2)} (${from.toFixed(2)} to ${to.toFixed(2)})`;
}
