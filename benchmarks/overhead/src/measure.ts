import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { agentOf, type Setup, stepsPerRun } from "./setups.js";

/** Milliseconds per step of each setup: every text by every setup in turn, so that what else the machine does falls on all alike. */
export async function stepTimes(
  setups: readonly Setup[],
  texts: readonly string[],
  { warmUps }: { readonly warmUps: number },
): Promise<readonly (readonly number[])[]> {
  const agents = setups.map((setup) => agentOf(setup, 0));
  const times: number[][] = setups.map(() => []);
  for (const [index, text] of [...texts.slice(0, warmUps), ...texts].entries()) {
    for (const offset of agents.keys()) {
      const at = (index + offset) % agents.length;
      const start = performance.now();
      await agents[at]?.(text, `times ${index}`);
      if (index >= warmUps) times[at]?.push((performance.now() - start) / stepsPerRun);
    }
  }
  return times;
}

export interface LoopDelay {
  /** Milliseconds by which a timer of this thread came late. */
  readonly p99: number;
  readonly max: number;
  /** Of all agents together. */
  readonly stepsPerSecond: number;
}

/** What agents that run at once do to the event loop. */
export async function loopDelay(
  setup: Setup,
  texts: readonly string[],
  {
    agents,
    runsEach,
    thinkingMs,
  }: { readonly agents: number; readonly runsEach: number; readonly thinkingMs: number },
): Promise<LoopDelay> {
  const run = agentOf(setup, thinkingMs);
  await run(texts[0] ?? "", "warm-up");
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const start = performance.now();
  await Promise.all(
    Array.from({ length: agents }, async (_, agent) => {
      // One after the other, as users come: started at once, the agents alone would block the loop.
      await setTimeout((agent * thinkingMs) / agents);
      for (let turn = 0; turn < runsEach; turn++)
        await run(texts[(agent * runsEach + turn) % texts.length] ?? "", `delay ${agent}`);
    }),
  );
  const seconds = (performance.now() - start) / 1_000;
  await setTimeout(5); // the monitor sees a block at its next tick
  delay.disable();
  return {
    p99: delay.percentile(99) / 1e6,
    max: delay.max / 1e6,
    stepsPerSecond: (agents * runsEach * stepsPerRun) / seconds,
  };
}

/** Heap that stays occupied after so many sessions of one run each, in kilobytes per 1,000 of them. */
export async function heapPerThousand(
  setup: Setup,
  texts: readonly string[],
  { sessions }: { readonly sessions: number },
): Promise<number> {
  const run = agentOf(setup, 0);
  for (let session = 0; session < 200; session++) await run(texts[session % texts.length] ?? "", "warm-up");
  const before = heapKilobytes();
  for (let session = 0; session < sessions; session++)
    await run(texts[session % texts.length] ?? "", `memory ${session}`);
  return ((heapKilobytes() - before) / sessions) * 1_000;
}

function heapKilobytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  return process.memoryUsage().heapUsed / 1_024;
}
