import { PersonaGuardError } from "@persona-guard/core";
import { findTraces, type GateResult, gateResults, ResultsWriter, type Summary } from "@persona-guard/replay";
import { Command, Option } from "commander";
import type { ExitCode, Run, Running, Surroundings } from "../command.js";
import { type Config, formats } from "../config.js";
import { dryRun } from "../dry-run.js";
import {
  from0To1,
  type GuardFlags,
  guardFor,
  settingsOf,
  wholeNumber,
  withGuardFlags,
} from "../guard-options.js";
import { judgeTraces } from "../judge-traces.js";
import { replayReport } from "../replay-report.js";

const help = `
TRACES are files or folders; a folder is walked for .json, .jsonl, .ndjson and .traj files; what is no trace there is named and skipped.
The summary goes to stdout; DIR gets verdicts.jsonl (one line per step) and summary.json. Both keep of the agents' words
only the sentences that carry drift, with secrets and personal data masked.
The drift rate is the share of drifted steps among those that could be judged. Without a gate, drift does not fail a replay.

Exit code: 0 pass; 1 a gate failed; 2 a record could not be read or a step not scored (the rest was judged), or a wrong
flag, file or configuration; 130 interrupted (what was judged is written).

--dry-run takes no gate and needs no persona, but follows its rules for tools; it prints the texts to stdout and writes no file.`;

interface ReplayFlags extends GuardFlags {
  readonly format?: string;
  readonly out?: string;
  readonly maxDriftRate?: number;
  readonly maxSessionAlarms?: number;
}

export function replayCommand(run: Run): Command {
  return withGuardFlags(new Command("replay"))
    .description("Judge every step of recorded agent traces against a persona.")
    .argument("<traces...>", "trace files, or folders of them")
    .addOption(new Option("-f, --format <format>", 'trace format (default: "auto")').choices(formats))
    .option("-o, --out <dir>", "folder for verdicts.jsonl and summary.json")
    .option("--max-drift-rate <share>", "gate: highest share of drifted steps, from 0 to 1", from0To1)
    .option("--max-session-alarms <count>", "gate: most sessions that may raise an alarm", wholeNumber)
    .option("--json", "print the summary as JSON")
    .option("--verbose", "show the stack of an error, and every unreadable record")
    .option("--dry-run", "show which texts would be scored, from which fields; --json gives a line per text")
    .addHelpText("after", help)
    .action((traces: string[], flags: ReplayFlags & { readonly dryRun?: true }) =>
      run((around) => (flags.dryRun ? dryRun : replayTraces)(traces, flags, around), flags),
    );
}

async function* replayTraces(paths: readonly string[], flags: ReplayFlags, around: Surroundings): Running {
  const settings = await replaySettingsOf(flags);
  const found = await findTraces(paths, { format: settings.format ?? "auto" });
  const guard = await guardFor(settings.persona, settings);
  try {
    for (const { reason } of found.skipped) yield { to: "stderr", text: `Skipped ${reason}` };
    for (const text of guard.warnings) yield { to: "stderr", text };
    const writer = settings.out === undefined ? undefined : await ResultsWriter.open(settings.out);
    try {
      const summary = yield* judgeTraces(found, { guard, writer, around, verbose: flags.verbose });
      const gates = gateResults(summary, settings);
      await writer?.finish({ ...summary, gates });
      yield* said(summary, gates, { flags, folder: settings.out, around });
      return exitCodeOf(summary, gates);
    } catch (error) {
      await writer?.discard();
      throw error;
    }
  } finally {
    await guard.close();
  }
}

async function replaySettingsOf(flags: ReplayFlags): Promise<Config & { readonly persona: string }> {
  const config = await settingsOf(flags);
  if (config.persona === undefined) {
    throw new PersonaGuardError(
      "options-invalid",
      'A replay needs a persona: give --persona FILE, or write one with "persona-guard init".',
    );
  }
  return {
    ...config,
    persona: config.persona,
    format: formats.find((format) => format === flags.format) ?? config.format,
    out: flags.out ?? config.out,
    maxDriftRate: flags.maxDriftRate ?? config.maxDriftRate,
    maxSessionAlarms: flags.maxSessionAlarms ?? config.maxSessionAlarms,
  };
}

interface Ending {
  readonly flags: ReplayFlags;
  readonly folder: string | undefined;
  readonly around: Surroundings;
}

async function* said(
  summary: Summary,
  gates: readonly GateResult[],
  { flags, folder, around }: Ending,
): Running {
  const text = flags.json
    ? JSON.stringify({ ...summary, gates }, null, 2)
    : replayReport(summary, gates, around.colors);
  yield { to: "stdout", text };
  if (!summary.complete) yield { to: "stderr", text: `Interrupted after ${summary.steps.total} steps.` };
  if (folder !== undefined) {
    const part = summary.complete ? "Results" : "Partial results";
    yield { to: "stderr", text: `${part} written to ${folder}: verdicts.jsonl and summary.json.` };
  }
  return 0;
}

/** A failed gate is said before anything else: it is what was asked for. A gate without a judged step is not failed but void. */
function exitCodeOf(summary: Summary, gates: readonly GateResult[]): ExitCode {
  if (!summary.complete) return 130;
  if (gates.some(({ passed, value }) => !passed && value !== undefined)) return 1;
  const faulty = summary.unreadable.total > 0 || summary.steps.unscored > 0 || summary.steps.total === 0;
  return faulty || gates.some(({ passed }) => !passed) ? 2 : 0;
}
