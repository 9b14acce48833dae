import type { PersonaGuard } from "@persona-guard/core";
import {
  calibrationSummary,
  type DrawnSessions,
  type FoundTraces,
  readTraces,
  replay,
  type Summary,
  type TracedStep,
  type TraceFault,
  verdictRowOf,
} from "@persona-guard/replay";
import type { Beginning } from "./begin-results.js";
import type { Said, Surroundings } from "./command.js";
import { progressLine } from "./progress-line.js";

/** Between two looks at the progress, in milliseconds. */
const progressEveryMs = 100;
/** Unreadable records that are named on stderr one by one. */
const mostFaultsSaid = 20;

export interface JudgeTracesOptions {
  readonly guard: PersonaGuard;
  readonly beginning: Beginning;
  /** The sessions to judge; all if undefined. */
  readonly drawn: DrawnSessions | undefined;
  /** What is kept of the agents' words. */
  readonly texts: "evidence" | "all";
  readonly around: Surroundings;
  /** Name every unreadable record. */
  readonly verbose: boolean | undefined;
}

/** Judges and writes every step, says how far it is and what could not be read, and returns what came out. */
export async function* judgeTraces(
  { traces, skipped }: FoundTraces,
  { guard, beginning, drawn, texts, around, verbose }: JudgeTracesOptions,
): AsyncGenerator<Said, Summary> {
  const { signal, now } = around;
  const { tally, writer, stepsDone } = beginning;
  const faults: TraceFault[] = [];
  const begin = now();
  const { persona, classifier } = guard;
  yield {
    to: "stderr",
    text: `Judging ${traces.length} ${traces.length === 1 ? "file" : "files"} against ${persona.name} ${persona.version} with ${classifier.name}.`,
  };
  let steps = stepsDone;
  let shareBefore = 0;
  let faultsSaid = 0;
  let nextProgress = begin;
  const saidFaults = function* (): Generator<Said> {
    for (const fault of faults.splice(0)) {
      tally.addFault(fault);
      faultsSaid += 1;
      if (verbose || faultsSaid <= mostFaultsSaid) yield { to: "stderr", text: fault.message };
    }
  };
  const wanted = wantedSteps(stepsOf(readTraces(traces), faults), { drawn, stepsDone });
  for await (const judged of replay(wanted, { guard, signal })) {
    const row = verdictRowOf(judged, { texts });
    tally.add(row);
    await writer?.add(row, judged.session);
    yield* saidFaults();
    steps += 1;
    const share = judged.traced.shareRead;
    if (steps === stepsDone + 1) shareBefore = stepsDone === 0 ? 0 : share;
    if (now() < nextProgress) continue;
    nextProgress = now() + progressEveryMs;
    const before = { steps: stepsDone, share: shareBefore };
    yield { to: "progress", text: progressLine({ steps, share, before, elapsedMs: now() - begin }) };
  }
  yield* saidFaults();
  const unsaid = verbose ? 0 : faultsSaid - mostFaultsSaid;
  if (unsaid > 0)
    yield { to: "stderr", text: `… and ${unsaid} more unreadable records; --verbose names them all.` };
  return tally.summary({
    persona,
    classifier: classifier.name,
    criterion: guard.criterion,
    calibration: calibrationSummary(guard),
    complete: !signal.aborted,
    seconds: writer?.seconds ?? (now() - begin) / 1000,
    ...(drawn === undefined ? {} : { sample: drawn.sample }),
    skippedFiles: skipped,
    warnings: guard.warnings,
  });
}

/** The steps of the drawn sessions that have not been judged before. */
async function* wantedSteps(
  steps: AsyncIterable<TracedStep>,
  { drawn, stepsDone }: { readonly drawn: DrawnSessions | undefined; readonly stepsDone: number },
): AsyncGenerator<TracedStep> {
  let left = stepsDone;
  for await (const traced of steps) {
    if (drawn !== undefined && !drawn.names.has(traced.step.session)) continue;
    if (left > 0) left -= 1;
    else yield traced;
  }
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
