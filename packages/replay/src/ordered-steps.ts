import { isDeepStrictEqual } from "node:util";
import type { ToolCall } from "@persona-guard/core";
import { stepOfTurn } from "./chat-messages.js";
import type { Intake } from "./intake.js";
import type { Place, TracedStep, TraceFault } from "./trace.js";
import type { Turn } from "./turn.js";

/** Characters of the agent's words that are held to be put in order: the words of some 40,000 spans, in 150 MB. */
const mostHeld = 64 * 1024 * 1024;
/** What one span costs besides its words, in characters. */
const costOfOne = 1_500;

/** A span of a trace, its spans in any order: a model's turns, a run of a tool, or neither, between those. */
export interface Observed {
  readonly found: "observed";
  readonly place: Place;
  readonly shareRead: number;
  readonly trace: string;
  readonly span: string;
  readonly parent?: string | undefined;
  /** A log record about its span, of which there may be several; any other span counts once. */
  readonly isEvent?: boolean;
  /** The conversation, if this span names it: it then holds for the whole trace. */
  readonly session?: string | undefined;
  /** Milliseconds of any clock; undefined where it is not recorded. */
  readonly time: number | undefined;
  readonly model?: string | undefined;
  readonly turns: readonly Turn[];
  /** A run of a tool. It is a step only where no turn of the trace shows the call. */
  readonly toolRun?: { readonly call: ToolCall; readonly field: string } | undefined;
}

interface Held {
  readonly observed: Observed[];
  characters: number;
}

/**
 * Steps by session in the order of time, each call once. A trace is held until the end of its file, in bounded memory: when
 * `mostHeld` is passed, the traces that have been quiet longest are given out, and what comes later of them follows in the order
 * of the file.
 *
 * @param mostCharacters @default 64 Mi
 */
export async function* orderedSteps(
  found: AsyncIterable<Observed | TraceFault>,
  intake: Intake,
  mostCharacters = mostHeld,
): AsyncGenerator<TracedStep | TraceFault> {
  const traces = new Map<string, Held>();
  const nextIndex = new Map<string, number>();
  let characters = 0;
  let shareGiven = 0;
  for await (const item of found) {
    if (item.found === "fault") {
      yield item;
      continue;
    }
    const held = traces.get(item.trace) ?? { observed: [], characters: 0 };
    traces.delete(item.trace); // set anew, it is the last of the map: the order of the map is the order of quietness
    traces.set(item.trace, held);
    held.observed.push(item);
    const size = sizeOf(item);
    held.characters += size;
    characters += size;
    if (characters <= mostCharacters) continue;
    const quiet: Held[] = [];
    for (const [trace, one] of traces) {
      if (characters <= mostCharacters / 2) break;
      quiet.push(one);
      characters -= one.characters;
      traces.delete(trace);
    }
    yield* stepsOf(quiet, { nextIndex, intake, shares: [shareGiven, item.shareRead] });
    shareGiven = item.shareRead;
  }
  yield* stepsOf([...traces.values()], { nextIndex, intake, shares: [shareGiven, 1] });
}

function sizeOf({ turns, toolRun }: Observed): number {
  const ofCall = ({ args }: ToolCall) => JSON.stringify(args).length;
  const ofTurns = turns.map(({ text, toolCalls }) =>
    toolCalls.reduce((sum, call) => sum + ofCall(call), text.length),
  );
  return ofTurns.reduce((sum, size) => sum + size, costOfOne + (toolRun ? ofCall(toolRun.call) : 0));
}

interface Giving {
  readonly nextIndex: Map<string, number>;
  readonly intake: Intake;
  /** Shares of the file that the first and the last of these steps stand for: they are not in its order. */
  readonly shares: readonly [number, number];
}

function* stepsOf(
  traces: readonly Held[],
  { nextIndex, intake, shares: [from, to] }: Giving,
): Generator<TracedStep | TraceFault> {
  const total = traces.reduce((sum, { observed }) => sum + observed.length, 0);
  let given = 0;
  const inTime = traces
    .map(({ observed }) => sortedByTime(onceEach(observed, intake)))
    .sort((a, b) => startOf(a) - startOf(b));
  for (const observed of inTime) {
    const session = observed.find((one) => one.session !== undefined)?.session;
    const around = spansAround(observed);
    // A log record has its model in the span that it is about.
    const models = new Map(
      observed.flatMap(({ span, model }) => (model === undefined ? [] : [[span, model]])),
    );
    const shown = observed.flatMap(({ turns }) => turns.flatMap(({ toolCalls }) => toolCalls));
    for (const one of observed) {
      given += 1;
      if (one.turns.length > 0 && around.has(one.span)) {
        intake.leave("outputs of agents and chains", "their turns stand in the model spans inside them");
        continue;
      }
      const turns = one.toolRun === undefined ? one.turns : turnsOfTool(one.toolRun, shown, intake);
      for (const [at, turn] of turns.entries()) {
        const name = session ?? one.trace;
        const index = nextIndex.get(name) ?? 0;
        nextIndex.set(name, index + 1);
        const id = at === 0 ? one.span : `${one.span}#${at}`;
        const shareRead = from + ((to - from) * given) / total;
        const step = { id, session: name, index, model: one.model ?? models.get(one.span) };
        for (const item of stepOfTurn({ place: one.place, shareRead }, turn, step, intake))
          yield item.found === "step" ? { ...item, origin: { trace: one.trace, span: one.span } } : item;
      }
    }
  }
}

/** Pages of an export overlap, and a run may stand both alone and inside its parent. */
function onceEach(observed: readonly Observed[], intake: Intake): readonly Observed[] {
  const seen = new Set<string>();
  return observed.filter(({ span, isEvent }) => {
    const isNew = isEvent === true || !seen.has(span);
    if (!isNew) intake.leave("spans", "they stand in the file twice");
    if (isEvent !== true) seen.add(span);
    return isNew;
  });
}

/** A span without a time stays where it was. */
function sortedByTime(observed: readonly Observed[]): readonly Observed[] {
  let last = Number.NEGATIVE_INFINITY;
  const timed = observed.map((one) => {
    last = one.time ?? last;
    return { one, time: last };
  });
  return timed.sort((a, b) => (a.time === b.time ? 0 : a.time - b.time)).map(({ one }) => one);
}

/**
 * Every span that has a model's turns somewhere inside it: what it gives back is said there already. Not so across the run of a
 * tool: the agent that it calls speaks for itself.
 */
function spansAround(observed: readonly Observed[]): ReadonlySet<string> {
  const parents = new Map(
    observed.flatMap(({ span, parent }) => (parent === undefined ? [] : [[span, parent]])),
  );
  const tools = new Set(observed.flatMap(({ span, toolRun }) => (toolRun === undefined ? [] : [span])));
  const around = new Set<string>();
  for (const { turns, parent } of observed) {
    if (turns.length === 0) continue;
    for (let at = parent; at !== undefined && !around.has(at) && !tools.has(at); at = parents.get(at))
      around.add(at);
  }
  return around;
}

function startOf([first]: readonly Observed[]): number {
  return first?.time ?? Number.POSITIVE_INFINITY;
}

/** A call that a turn shows is that turn's: the same id, or else the same tool with the same arguments, each matched once. */
function turnsOfTool(
  { call, field }: NonNullable<Observed["toolRun"]>,
  shown: ToolCall[],
  intake: Intake,
): readonly Turn[] {
  const at = shown.findIndex(
    ({ id, name, args }) =>
      (id !== undefined && id === call.id) || (name === call.name && isDeepStrictEqual(args, call.args)),
  );
  if (at >= 0) {
    shown.splice(at, 1);
    intake.leave("runs of tools", "their calls stand in the model's turns");
    return [];
  }
  const fields = { text: "", toolCalls: [field] };
  return [{ text: "", toolCalls: [call], fields, faults: [] }];
}
