import {
  compareRuns,
  comparisonGates,
  type Run as JudgedRun,
  type RunNames,
  readRun,
  refuseMismatch,
  shiftLine,
} from "@persona-guard/replay";
import { Command, InvalidArgumentError } from "commander";
import { type ExitCode, type Run, type Running, type Surroundings, visible } from "../command.js";
import { type Compared, comparisonReport } from "../comparison-report.js";
import { between0And1, from0To1, wholeNumber } from "../guard-options.js";
import { refuseOut, writeWhole } from "../written-file.js";

/** Unreadable lines that are named on stderr one by one. */
const mostFaultsSaid = 20;

const help = `
RUN_A and RUN_B are folders that "persona-guard replay --out" wrote, or verdicts.jsonl files, of the release before and the one
after. Compared are, for each kind of text, how sure the texts are to be in persona, how many drift, and how many show each label.
Sessions are what is dealt to the runs anew for a p-value: texts of one session may depend on each other. A session that both runs
have is paired; --scenario pairs sessions of other names, as in --scenario "task-\\d+". Holm's method keeps the chance of naming any
shift where there is none to alpha, over all tests. The drift rate is that of all kinds together, and its gate looks at the rise
itself, not at its interval.

Exit code: 0 pass; 1 a gate failed; 2 a line could not be read (the rest was compared), nothing could be compared, or a wrong flag
or file.`;

interface CompareFlags {
  readonly labelA?: string;
  readonly labelB?: string;
  readonly scenario?: RegExp;
  readonly alpha?: number;
  readonly seed?: number;
  readonly maxIncrease?: number;
  readonly failOnShift?: true;
  readonly allowMismatch?: true;
  readonly out?: string;
  readonly force?: true;
  readonly json?: true;
  readonly verbose?: true;
}

export function compareCommand(run: Run): Command {
  return new Command("compare")
    .description("Tell whether the character shifted between two releases of an agent.")
    .argument("<run-a>", "results of the release before")
    .argument("<run-b>", "results of the release after")
    .option("--label-a <name>", "what to call the first run (default: the name of its folder)")
    .option("--label-b <name>", "what to call the second run")
    .option(
      "--scenario <pattern>",
      "regular expression: its match in a session's name is what to pair by",
      patternIn,
    )
    .option("--alpha <rate>", "chance of naming any shift where there is none (default: 0.05)", between0And1)
    .option("--seed <number>", "of the rearrangements that are drawn (default: 1)", wholeNumber)
    .option("--max-increase <share>", "gate: most that the drift rate may rise, from 0 to 1", from0To1)
    .option("--fail-on-shift", "gate: no shift in any direction")
    .option("--allow-mismatch", "compare runs of other classifiers, personas or false-alarm rates too")
    .option("-o, --out <file>", "write the result as JSON to a file as well")
    .option("--force", "overwrite FILE if it is there")
    .option("--json", "print the result as JSON")
    .option("--verbose", "show the stack of an error")
    .addHelpText("after", help)
    .action((runA: string, runB: string, flags: CompareFlags) =>
      run((around) => compare([runA, runB], flags, around), flags),
    );
}

async function* compare(
  paths: readonly [string, string],
  flags: CompareFlags,
  { colors }: Surroundings,
): Running {
  const { out, force, scenario, alpha, seed } = flags;
  if (out !== undefined) await refuseOut({ out, ...(force ? { force } : {}) });
  const read = (path: string) => readRun(path, scenario === undefined ? {} : { scenario });
  const [a, b] = [await read(paths[0]), await read(paths[1])];
  if (!flags.allowMismatch) refuseMismatch(a, b);
  for (const text of [...warningsOf(a), ...warningsOf(b)]) yield { to: "stderr", text };
  const comparison = compareRuns(a.texts, b.texts, {
    ...(alpha === undefined ? {} : { alpha }),
    ...(seed === undefined ? {} : { seed }),
  });
  const compared = {
    comparison,
    names: namesOf(a, b, paths, flags),
    gates: comparisonGates(comparison, flags),
  };
  const json = JSON.stringify(asJson(compared, a, b), null, 2);
  yield { to: "stdout", text: flags.json ? json : comparisonReport(compared, colors) };
  if (out !== undefined) {
    await writeWhole(out, `${json}\n`, { force: force === true });
    yield { to: "stderr", text: `Wrote ${out}.` };
  }
  return exitCodeOf(compared, a.faults.length + b.faults.length);
}

function* warningsOf({ file, faults, summary, texts }: JudgedRun): Generator<string> {
  yield* faults.slice(0, mostFaultsSaid);
  if (faults.length > mostFaultsSaid) yield `… and ${faults.length - mostFaultsSaid} more unreadable lines.`;
  if (summary === undefined)
    yield `${file} has no summary.json beside it: whether both runs were judged alike cannot be told.`;
  if (summary?.complete === false) yield `${file} is of a replay that was interrupted.`;
  if (texts.every(({ label }) => label === undefined))
    yield `${file} holds no labels, as an older version wrote it: confidence and drift are compared, traits are not. Replay the traces again.`;
}

/** As the user calls them; else by their folders, or by the whole paths where those are called alike. */
function namesOf(
  a: JudgedRun,
  b: JudgedRun,
  [pathA, pathB]: readonly [string, string],
  { labelA, labelB }: CompareFlags,
): RunNames {
  const isAlike = a.name === b.name;
  return {
    a: visible(labelA ?? (isAlike ? pathA : a.name)),
    b: visible(labelB ?? (isAlike ? pathB : b.name)),
  };
}

function asJson({ comparison, names, gates }: Compared, a: JudgedRun, b: JudgedRun): object {
  const runOf = ({ file, summary }: JudgedRun, name: string) => ({
    name,
    file,
    persona: summary?.persona ?? null,
    classifier: summary?.classifier ?? null,
  });
  const { schema, ...rest } = comparison;
  const shifts = comparison.tests.filter(({ isShift }) => isShift).map((test) => shiftLine(test, names));
  return { schema, runs: { a: runOf(a, names.a), b: runOf(b, names.b) }, shifts, gates, ...rest };
}

/** As for a replay: a failed gate comes first, and a gate without anything to compare is not failed but void. */
function exitCodeOf({ comparison, gates }: Compared, faults: number): ExitCode {
  if (gates.some(({ passed, value }) => !passed && value !== undefined)) return 1;
  return faults > 0 || comparison.tests.length === 0 || gates.some(({ passed }) => !passed) ? 2 : 0;
}

function patternIn(value: string): RegExp {
  try {
    return new RegExp(value);
  } catch {
    throw new InvalidArgumentError("It must be a regular expression.");
  }
}
