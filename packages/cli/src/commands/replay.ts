import { availableParallelism } from "node:os";
import type { PersonaGuard } from "@persona-guard/core";
import {
  drawSessions,
  findTraces,
  type GateResult,
  gateResults,
  type PushTarget,
  pushTargets,
  readTraces,
  refuseOtherJudge,
  reportFile,
  resultFiles,
  runIdentity,
  type Summary,
  writeReport,
} from "@persona-guard/replay";
import { Command, Option } from "commander";
import { beginResults } from "../begin-results.js";
import type { ExitCode, Run, Running, Said, Surroundings } from "../command.js";
import { formats } from "../config.js";
import { dryRun } from "../dry-run.js";
import { gateReason } from "../gate-reason.js";
import { from0To1, guardFor, positiveNumber, wholeNumber, withGuardFlags } from "../guard-options.js";
import { judgeTraces } from "../judge-traces.js";
import { pushResults } from "../push-results.js";
import { replayHelp } from "../replay-help.js";
import { replayReport } from "../replay-report.js";
import {
  deciding,
  pushNames,
  type ReplayFlags,
  type ReplaySettings,
  replaySettingsOf,
} from "../replay-settings.js";

/** Threads of the encoder at the most: each holds the model once, some 100 MB. */
const mostThreads = 4;
/** Nobody waits for a single text, so a busy machine is no fault. */
const timeoutMs = 120_000;
/** Texts whose scores are remembered: agents repeat themselves, and a hash with twelve numbers is some 500 bytes. */
const cachedTexts = 10_000;

export function replayCommand(run: Run): Command {
  return withGuardFlags(new Command("replay"))
    .description("Judge every step of recorded agent traces against a persona.")
    .argument("<traces...>", "trace files, or folders of them")
    .addOption(new Option("-f, --format <format>", 'trace format (default: "auto")').choices(formats))
    .option("-o, --out <dir>", `folder for ${[...resultFiles, reportFile].join(", ")}`)
    .option("--texts", "keep whole texts in verdicts.jsonl and report.html, masked")
    .option("--max-drift-rate <share>", "gate: highest share of drifted steps, from 0 to 1", from0To1)
    .option("--max-session-alarms <count>", "gate: most sessions that may raise an alarm", wholeNumber)
    .option(
      "--min-coverage <share>",
      "gate: lowest share of judged steps, of those that say something",
      from0To1,
    )
    .option("--baseline <dir>", "gate: drift rate no higher than in the results of an earlier replay")
    .option("--resume", "go on with the interrupted replay in --out DIR")
    .option("--sample <count>", "judge that many sessions, drawn at random", positiveNumber)
    .option("--seed <number>", "which sessions a sample draws (default: 0)", wholeNumber)
    .addOption(
      new Option("--push <tool>", "send the verdicts to where the traces came from").choices(pushNames),
    )
    .option("--push-dry-run", "print what --push would send, one JSON line a request, and send nothing")
    .option("--json", "print the summary as JSON")
    .option("--verbose", "show the stack of an error, and every unreadable record")
    .option("--dry-run", "show which texts would be scored, from which fields; --json gives a line per text")
    .addHelpText("after", replayHelp)
    .action((traces: string[], flags: ReplayFlags & { readonly dryRun?: true }) =>
      run((around) => (flags.dryRun ? dryRun : replayTraces)(traces, flags, around), flags),
    );
}

async function* replayTraces(paths: readonly string[], flags: ReplayFlags, around: Surroundings): Running {
  const settings = await replaySettingsOf(flags);
  const { summary, gates, target } = yield* judged(paths, settings, flags, around);
  if (settings.out !== undefined) await writeReport(settings.out);
  yield* said(summary, gates, { flags, folder: settings.out, around });
  if (target !== undefined && settings.out !== undefined && summary.complete)
    yield* pushResults(settings.out, {
      target,
      dryRun: flags.pushDryRun ?? false,
      signal: around.signal,
    });
  return exitCodeOf(summary, gates);
}

interface Judged {
  readonly summary: Summary;
  readonly gates: readonly GateResult[];
  readonly target: PushTarget | undefined;
}

/** Once this is done the guard is gone, and its memory is there for the report. */
async function* judged(
  paths: readonly string[],
  settings: ReplaySettings,
  flags: ReplayFlags,
  around: Surroundings,
): AsyncGenerator<Said, Judged, void> {
  const found = await findTraces(paths, { format: settings.format ?? "auto" });
  const guard = await guardFor(settings.persona, settings, {
    threads: Math.min(mostThreads, availableParallelism()),
    cachedTexts,
    timeoutMs,
  });
  try {
    const target = pushTargetOf(guard, settings, around);
    if (settings.baseline !== undefined)
      refuseOtherJudge(settings.baseline, {
        persona: guard.persona,
        classifier: guard.classifier.name,
        criterion: guard.criterion,
      });
    for (const { reason } of found.skipped) yield { to: "stderr", text: `Skipped ${reason}` };
    for (const text of guard.warnings) yield { to: "stderr", text };
    const { sample, seed = 0, resume = false, verbose } = flags;
    const drawn =
      sample === undefined
        ? undefined
        : await drawSessions(readTraces(found.traces), { count: sample, seed });
    const run = await runIdentity(found.traces, await deciding(guard, settings, { ...flags, seed }));
    const beginning = yield* beginResults(guard, { folder: settings.out, run, resume, now: around.now });
    const { writer } = beginning;
    try {
      const summary = yield* judgeTraces(found, {
        guard,
        beginning,
        drawn,
        texts: flags.texts === true ? "all" : "evidence",
        around,
        verbose,
      });
      const gates = gateResults(summary, settings);
      await writer?.finish({ ...summary, gates }, { at: new Date() });
      return { summary, gates, target };
    } finally {
      await writer?.close();
    }
  } finally {
    await guard.close();
  }
}

/** Made before anything is judged, so that a missing key is said at once. */
function pushTargetOf(
  { persona, classifier }: PersonaGuard,
  { push }: ReplaySettings,
  { env }: Surroundings,
) {
  return push === undefined
    ? undefined
    : pushTargets[push]({ env, persona, classifier: classifier.name, at: new Date() });
}

interface Ending {
  readonly flags: ReplayFlags;
  readonly folder: string | undefined;
  readonly around: Surroundings;
}

function* said(
  summary: Summary,
  gates: readonly GateResult[],
  { flags, folder, around }: Ending,
): Generator<Said> {
  // What would be sent is then what was asked for on stdout.
  if (!flags.pushDryRun) {
    const text = flags.json
      ? JSON.stringify({ ...summary, gates }, null, 2)
      : replayReport(summary, gates, around.colors);
    yield { to: "stdout", text };
  }
  if (!summary.complete) {
    const how =
      folder === undefined
        ? "With --out DIR it could be resumed."
        : "To go on: the same command with --resume.";
    yield { to: "stderr", text: `Interrupted after ${summary.steps.total} steps. ${how}` };
  }
  if (folder !== undefined) {
    const part = summary.complete ? "Results" : "Partial results";
    yield { to: "stderr", text: `${part} written to ${folder}: ${[...resultFiles, reportFile].join(", ")}.` };
  }
  const reason = summary.complete ? gateReason(summary, gates) : undefined;
  if (reason !== undefined) yield { to: "stderr", text: reason };
}

/** A failed gate is said before anything else: it is what was asked for. A gate without a judged step is not failed but void. */
function exitCodeOf(summary: Summary, gates: readonly GateResult[]): ExitCode {
  if (!summary.complete) return 130;
  if (gates.some(({ passed, value }) => !passed && value !== undefined)) return 1;
  const faulty = summary.unreadable.total > 0 || summary.steps.unscored > 0 || summary.steps.total === 0;
  return faulty || gates.some(({ passed }) => !passed) ? 2 : 0;
}
