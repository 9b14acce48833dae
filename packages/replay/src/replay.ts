import type { Judgement, PersonaGuard, SessionSnapshot } from "@persona-guard/core";
import type { TracedStep } from "./trace.js";

/** Steps read ahead for each one judged at once: several sessions must be in sight to judge them side by side. */
const readAheadFactor = 16;

export interface ReplayOptions {
  readonly guard: PersonaGuard;
  /** Steps judged at once, >= 1; those of one session wait for each other. @default 16 */
  readonly batchSize?: number;
  /** Ends the replay after the steps already judged. */
  readonly signal?: AbortSignal;
}

export interface JudgedStep {
  readonly traced: TracedStep;
  readonly judgement: Judgement;
  /** The session after this step, to go on from here another time; absent while no step of it was judged. */
  readonly session?: SessionSnapshot;
}

/**
 * Judges recorded steps as they would have been judged live, and gives them back in order.
 *
 * Steps of one session are judged one after the other, because each advances the session's statistic; sessions run side by side.
 * After an abort, what was given back is a beginning of the steps without a gap.
 */
export async function* replay(
  steps: AsyncIterable<TracedStep> | Iterable<TracedStep>,
  { guard, batchSize = 16, signal }: ReplayOptions,
): AsyncGenerator<JudgedStep> {
  const inTurn = judgeInTurn(guard, { batchSize, signal });
  const waiting: Promise<JudgedStep | undefined>[] = [];
  for await (const traced of steps) {
    if (signal?.aborted) break;
    waiting.push(inTurn(traced));
    if (waiting.length < batchSize * readAheadFactor) continue;
    const judged = await waiting.shift();
    if (judged === undefined) return;
    yield judged;
  }
  for (const next of waiting) {
    const judged = await next;
    if (judged === undefined) return;
    yield judged;
  }
}

/** Judges a step once the last one of its session is done and one of `batchSize` places is free; undefined after an abort. */
function judgeInTurn(
  guard: PersonaGuard,
  { batchSize, signal }: { readonly batchSize: number; readonly signal: AbortSignal | undefined },
): (traced: TracedStep) => Promise<JudgedStep | undefined> {
  const lastOfSession = new Map<string, Promise<unknown>>();
  const queue: (() => void)[] = [];
  let free = batchSize;
  const place = async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
  };
  const leave = () => {
    const next = queue.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const judge = async (traced: TracedStep, before: Promise<unknown> | undefined) => {
    await before;
    await place();
    try {
      if (signal?.aborted) return undefined;
      const judgement = await guard.judge(traced.step);
      // At once: the next step of the session waits for this one, and would move it on.
      const session = guard.sessionSnapshot(traced.step.session);
      return { traced, judgement, ...(session === undefined ? {} : { session }) };
    } finally {
      leave();
    }
  };
  return (traced) => {
    const { session } = traced.step;
    const judged = judge(traced, lastOfSession.get(session)).finally(() => {
      if (lastOfSession.get(session) === judged) lastOfSession.delete(session);
    });
    lastOfSession.set(session, judged);
    return judged;
  };
}
