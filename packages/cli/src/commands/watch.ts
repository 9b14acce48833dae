import { EventEmitter } from "node:events";
import { access } from "node:fs/promises";
import type { DriftEvent, DriftListener } from "@persona-guard/core";
import type { FoundLine } from "@persona-guard/monitor";
import { Command, Option } from "commander";
import { alertsOf } from "../alerts-of.js";
import { type ExitCode, type Run, type Running, type Said, type Surroundings, visible } from "../command.js";
import { configFile } from "../config.js";
import { emitted } from "../emitted.js";
import { eventLine } from "../event-line.js";
import { merged } from "../merged.js";
import { WatchTally, watchReport } from "../watch-summary.js";
import { filterInWords, isShown, statusLine, viewAfter, type WatchView } from "../watch-view.js";

/** Bytes of each file that is there already, from which the last steps are shown. */
const shownBytes = 64 * 1024;
/** Steps remembered, to be shown again when another filter is chosen. */
const mostRemembered = 1_000;
/** Remembered steps that are shown again. */
const mostShownAgain = 30;

const help = `
EVENTS are log files, or folders of them; files that roll or appear are followed. On a terminal the steps are shown as they
come, with these keys:
  o  next outcome: all, drifted, unscored, …      s  only sessions whose name has a part that you type
  p  the same for personas                        a  all steps again             q  quit
In a pipe, or with --no-follow, what is there is read and summed up.

Exit code: 0; 2 if a line could not be read (the rest was), or for a wrong flag or file; 130 interrupted.`;

interface WatchFlags {
  readonly follow?: boolean;
  readonly all?: true;
  readonly alerts?: true;
  readonly config?: string;
  readonly session?: string;
  readonly persona?: string;
  readonly outcome?: DriftEvent["outcome"];
  readonly json?: true;
  readonly verbose?: true;
}

export function watchCommand(run: Run): Command {
  return new Command("watch")
    .description("Show drift events live as agents work, or sum up what is logged.")
    .argument("<events...>", "event logs, or folders of them")
    .option("--follow", "go on when all is read, also in a pipe")
    .option("--no-follow", "sum up what is there, also on a terminal")
    .option("--all", "follow from the first event, not from the last ones")
    .option(
      "--alerts",
      "run the alert rules of the configuration over the events that come; implies --follow",
    )
    .option("-c, --config <file>", `configuration file (default: ${configFile}, if there is one)`)
    .option("--session <part>", "only sessions whose name has this part")
    .option("--persona <part>", "only personas whose name has this part")
    .addOption(
      new Option("--outcome <outcome>", "only steps of this outcome").choices([
        "drifted",
        "unscored",
        "undecided",
        "in-persona",
        "silent",
      ]),
    )
    .option("--json", "print the summary as JSON; when following, every event as a line of JSON")
    .option("--verbose", "show the stack of an error")
    .addHelpText("after", help)
    .action((paths: string[], flags: WatchFlags) => run((around) => watch(paths, flags, around), flags));
}

async function* watch(paths: readonly string[], flags: WatchFlags, around: Surroundings): Running {
  if (flags.alerts) return yield* withAlerts(paths, flags, around);
  const follows = flags.follow ?? around.stdoutIsTerminal;
  return yield* follows ? follow(paths, flags, around) : sumUp(paths, flags, around);
}

async function* sumUp(
  paths: readonly string[],
  flags: WatchFlags,
  { colors, signal }: Surroundings,
): Running {
  const tally = new WatchTally();
  const { readEvents } = await import("@persona-guard/monitor"); // no other command waits for it
  for await (const line of readEvents(paths)) {
    if (signal.aborted) return 130;
    if (line.found === "event" && isShown(flags, line.event)) tally.add(line.event);
    yield* countFault(line, tally);
  }
  const summary = tally.summary();
  yield { to: "stdout", text: flags.json ? JSON.stringify(summary, null, 2) : watchReport(summary, colors) };
  return summary.unreadable === 0 ? 0 : 2;
}

/** Alerts see what is written from now on; what was before has been told by whoever ran them then. */
async function* withAlerts(paths: readonly string[], flags: WatchFlags, around: Surroundings): Running {
  const { targets: configs, folder, rules, quietHours } = await alertsOf(flags.config);
  const { openTargets, startAlerts } = await import("@persona-guard/monitor");
  const faults = new EventEmitter();
  const onFault = (message: string) => faults.emit("fault", message);
  const targets = await openTargets(configs, { onFault });
  const alerts = startAlerts({ targets, folder, rules, quietHours, onFault });
  const lastFaults: string[] = [];
  let exitCode: ExitCode;
  try {
    exitCode = yield* follow(paths, flags, around, { listener: alerts.listener, faults });
  } finally {
    faults.on("fault", (message) => lastFaults.push(message));
    await alerts.close();
  }
  for (const message of lastFaults) yield { to: "stderr", text: visible(message) };
  return exitCode;
}

interface RunningAlerts {
  readonly listener: DriftListener;
  /** Emits "fault" with a message. */
  readonly faults: EventEmitter;
}

type Happening =
  | { readonly line: FoundLine }
  | { readonly key: string }
  | { readonly alerted: FoundLine }
  | { readonly fault: string };

async function* follow(
  paths: readonly string[],
  flags: WatchFlags,
  around: Surroundings,
  alerts?: RunningAlerts,
): Running {
  const { colors, keys, signal } = around;
  const { followEvents } = await import("@persona-guard/monitor");
  const quit = new AbortController();
  const ends = AbortSignal.any([signal, quit.signal]);
  const pressed = flags.json || keys === undefined ? undefined : keys(ends);
  const from = flags.all ? "start" : { lastBytes: shownBytes };
  const tally = new WatchTally();
  const remembered: DriftEvent[] = [];
  let view: WatchView = {
    filter: { session: flags.session, persona: flags.persona, outcome: flags.outcome },
  };
  const shown = (event: DriftEvent): Said => ({
    to: "stdout",
    text: flags.json ? jsonLine(event) : eventLine(event, colors),
  });
  const sources: AsyncIterable<Happening>[] = [
    named("line", followEvents(paths, { signal: ends, from })),
    ...(pressed === undefined ? [] : [named("key", pressed)]),
    ...(alerts === undefined
      ? []
      : [
          named("alerted", followEvents(paths, { signal: ends })),
          named("fault", emitted<string>(alerts.faults, "fault", ends)),
        ]),
  ];
  yield* waitingFor(paths);
  if (pressed !== undefined) yield { to: "progress", text: statusLine(view, tally.counts) };
  for await (const happening of merged(sources)) {
    if ("alerted" in happening) {
      if (happening.alerted.found === "event") alerts?.listener(happening.alerted.event);
      continue;
    }
    if ("fault" in happening) {
      yield { to: "stderr", text: visible(happening.fault) };
    } else if ("line" in happening) {
      const { line } = happening;
      yield* countFault(line, tally);
      if (line.found !== "event") continue;
      tally.add(line.event);
      remembered.push(line.event);
      if (remembered.length > mostRemembered) remembered.shift();
      if (isShown(view.filter, line.event)) yield shown(line.event);
    } else {
      const next = viewAfter(view, happening.key);
      if (next === "quit") break;
      const isRefiltered = next.filter !== view.filter;
      view = next;
      if (isRefiltered) {
        yield { to: "stdout", text: colors.dim(`— ${filterInWords(view.filter)} —`) };
        for (const event of remembered.filter((one) => isShown(view.filter, one)).slice(-mostShownAgain))
          yield shown(event);
      }
    }
    if (pressed !== undefined) yield { to: "progress", text: statusLine(view, tally.counts) };
  }
  quit.abort();
  await pressed?.return(undefined);
  if (!flags.json) yield { to: "stderr", text: watchReport(tally.summary(), colors) };
  if (signal.aborted) return 130;
  return tally.unreadable === 0 ? 0 : 2;
}

/** A path that is not there may come, or may be a slip: it is said. */
async function* waitingFor(paths: readonly string[]): AsyncGenerator<Said> {
  for (const path of paths) {
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) yield { to: "stderr", text: `${path} is not there yet; waiting for it.` };
  }
}

async function* named<Name extends "line" | "key" | "alerted" | "fault", Value>(
  name: Name,
  source: AsyncIterable<Value>,
): AsyncGenerator<{ readonly [Key in Name]: Value }> {
  // A computed key of one known name; TypeScript widens it to string.
  for await (const value of source) yield { [name]: value } as { readonly [Key in Name]: Value };
}

function* countFault(line: FoundLine, tally: WatchTally): Generator<Said> {
  if (line.found === "other") tally.otherLines += 1;
  if (line.found !== "unreadable") return;
  tally.unreadable += 1;
  yield { to: "stderr", text: visible(line.message) };
}

/** JSON whose text cannot steer a terminal either: JSON.stringify escapes only some control characters. */
function jsonLine(event: DriftEvent): string {
  return JSON.stringify(event).replace(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, (character) =>
    [...Array(character.length).keys()]
      .map((unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
