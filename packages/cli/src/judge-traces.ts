import type { PersonaGuard } from "@persona-guard/core";
import {
  type FoundTraces,
  type ResultsWriter,
  readTraces,
  replay,
  type Summary,
  Tally,
  type TracedStep,
  type TraceFault,
  verdictRowOf,
} from "@persona-guard/replay";
import type { Said, Surroundings } from "./command.js";
import { progressLine } from "./progress-line.js";

/** Between two looks at the progress, in milliseconds. */
const progressEveryMs = 100;
/** Unreadable records that are named on stderr one by one. */
const mostFaultsSaid = 20;

export interface JudgeTracesOptions {
  readonly guard: PersonaGuard;
  readonly writer: ResultsWriter | undefined;
  readonly around: Surroundings;
  /** Name every unreadable record. */
  readonly verbose: boolean | undefined;
}

/** Judges and writes every step, says how far it is and what could not be read, and returns what came out. */
export async function* judgeTraces(
  { traces, skipped }: FoundTraces,
  { guard, writer, around, verbose }: JudgeTracesOptions,
): AsyncGenerator<Said, Summary> {
  const { signal, now } = around;
  const tally = new Tally();
  const faults: TraceFault[] = [];
  const begin = now();
  const { persona, classifier } = guard;
  yield {
    to: "stderr",
    text: `Judging ${traces.length} ${traces.length === 1 ? "file" : "files"} against ${persona.name} ${persona.version} with ${classifier.name}.`,
  };
  let steps = 0;
  let faultsSaid = 0;
  let nextProgress = begin;
  const saidFaults = function* (): Generator<Said> {
    for (const fault of faults.splice(0)) {
      tally.addFault(fault);
      faultsSaid += 1;
      if (verbose || faultsSaid <= mostFaultsSaid) yield { to: "stderr", text: fault.message };
    }
  };
  for await (const judged of replay(stepsOf(readTraces(traces), faults), { guard, signal })) {
    const row = verdictRowOf(judged);
    tally.add(row);
    await writer?.add(row);
    yield* saidFaults();
    steps += 1;
    if (now() < nextProgress) continue;
    nextProgress = now() + progressEveryMs;
    yield {
      to: "progress",
      text: progressLine({ steps, share: judged.traced.shareRead, elapsedMs: now() - begin }),
    };
  }
  yield* saidFaults();
  const unsaid = verbose ? 0 : faultsSaid - mostFaultsSaid;
  if (unsaid > 0)
    yield { to: "stderr", text: `… and ${unsaid} more unreadable records; --verbose names them all.` };
  return tally.summary({
    persona,
    classifier: classifier.name,
    criterion: guard.criterion,
    complete: !signal.aborted,
    seconds: (now() - begin) / 1000,
    skippedFiles: skipped,
    warnings: guard.warnings,
  });
}

/** The steps alone; faults are put aside. */
export async function* stepsOf(
  found: AsyncIterable<TracedStep | TraceFault>,
  faults: TraceFault[],
): AsyncGenerator<TracedStep> {
  for await (const item of found) {
    if (item.found === "step") yield item;
    else faults.push(item);
  }
}
