import { calibrationFileOf, folderOfModel } from "@persona-guard/classifier";
import {
  driftedTo,
  evidenceFor,
  fieldOf,
  masked,
  type PersonaGuard,
  PersonaGuardError,
} from "@persona-guard/core";
import {
  type CalibrationQuality,
  type CalibrationSample,
  type CalibrationSamples,
  calibrationOf,
  calibrationQuality,
  calibrationSamples,
  findTraces,
  placeName,
  readTraces,
  type TraceFault,
} from "@persona-guard/replay";
import { Command, Option } from "commander";
import type { Colors } from "picocolors/types.js";
import { type Run, type Running, type Surroundings, visible } from "../command.js";
import { formats } from "../config.js";
import { guardFor, type ScorerFlags, settingsOf, withScorerFlags } from "../guard-options.js";
import { stepsOf } from "../judge-traces.js";
import { shareInPercent } from "../percent.js";
import { refuseOut, writeWhole } from "../written-file.js";

/** Texts that are shown one by one on a terminal; --json names all. */
const mostShown = 10;
/** The promise holds on average over calibration sets; a small one may be off. */
const fewTexts = 100;

const help = `
TRACES are recorded agent runs known to be good: everything in them is taken to be in persona. Each kind of text gets its own
threshold for the wanted false-alarm rate. How well it is kept is measured by leaving out one session at a time; texts that lie
far from the rest are listed, for you to look whether they belong there. FILE keeps numbers only, no text, and holds for this
persona and these weights alone:
  persona-guard replay TRACES --persona P --calibration FILE        calibration: ./FILE in persona-guard.config.yaml

Exit code: 0 if FILE was written and every record read; 2 if a record could not be read (the rest counts, FILE is written), no
text could be judged, or for a wrong flag or file; 130 interrupted (nothing is written).`;

interface CalibrateFlags extends ScorerFlags {
  readonly out: string;
  readonly format?: string;
  readonly force?: true;
}

export function calibrateCommand(run: Run): Command {
  return withScorerFlags(new Command("calibrate"))
    .description("Measure how sure your own good traces are, so that a false-alarm rate holds for them.")
    .argument("<traces...>", "trace files, or folders of them")
    .requiredOption("-o, --out <file>", "file to write the calibration to")
    .addOption(new Option("-f, --format <format>", 'trace format (default: "auto")').choices(formats))
    .option("--force", "overwrite FILE if it is there")
    .option("--json", "print the result as JSON, with every text that is named")
    .option("--verbose", "show the stack of an error")
    .addHelpText("after", help)
    .action((traces: string[], flags: CalibrateFlags) =>
      run((around) => calibrate(traces, flags, around), flags),
    );
}

async function* calibrate(paths: readonly string[], flags: CalibrateFlags, around: Surroundings): Running {
  const settings = await settingsOf(flags);
  if (settings.persona === undefined) {
    throw new PersonaGuardError("options-invalid", "A calibration needs a persona: give --persona FILE.");
  }
  await refuseOut(flags);
  const format = formats.find((one) => one === flags.format) ?? settings.format ?? "auto";
  const found = await findTraces(paths, { format });
  // A threshold that no confidence is below: every text is scored, none is called drift.
  const { falseAlarmRate = 0.01, calibration: _, ...scoring } = settings;
  const guard = await guardFor(settings.persona, { ...scoring, threshold: Number.MIN_VALUE });
  try {
    for (const { reason } of found.skipped) yield { to: "stderr", text: `Skipped ${reason}` };
    yield { to: "progress", text: `Scoring ${found.traces.length} files …` };
    const faults: TraceFault[] = [];
    const steps = stepsOf(readTraces(found.traces), faults);
    const sampled = await calibrationSamples(steps, { guard, signal: around.signal });
    for (const { message } of faults) yield { to: "stderr", text: message };
    if (around.signal.aborted) {
      yield { to: "stderr", text: "Interrupted; nothing was written." };
      return 130;
    }
    if (sampled.samples.length === 0) {
      throw new PersonaGuardError(
        "calibration-too-small",
        `None of the ${sampled.steps} steps holds a text that can be judged; nothing was written. Give traces with more text.`,
      );
    }
    const folder = folderOfModel(settings.model);
    const file = await calibrationFileOf(calibrationOf(sampled), guard.persona, {
      name: guard.classifier.name,
      folder,
    });
    await writeWhole(flags.out, `${JSON.stringify(file)}\n`, { force: flags.force === true });
    const quality = calibrationQuality(sampled.samples, falseAlarmRate);
    const result = { guard, sampled, quality, falseAlarmRate };
    const text = flags.json
      ? JSON.stringify(await asJson(result, flags.out), null, 2)
      : await asTable(result, around.colors);
    yield { to: "stdout", text };
    for (const warning of warningsOf(result)) yield { to: "stderr", text: warning };
    yield { to: "stderr", text: `Wrote ${flags.out}.` };
    return faults.length === 0 ? 0 : 2;
  } finally {
    await guard.close();
  }
}

interface Result {
  readonly guard: PersonaGuard;
  readonly sampled: CalibrationSamples;
  readonly quality: CalibrationQuality;
  readonly falseAlarmRate: number;
}

async function asTable({ guard, sampled, quality, falseAlarmRate }: Result, colors: Colors): Promise<string> {
  const { persona, classifier } = guard;
  const rows = [
    ["kind", "texts", "sessions", "drift below", "would be called drift (95 % interval)", "smallest rate"],
    ...quality.kinds.map(({ kind, texts, sessions, pooled, threshold, achieved, smallestRate }) => [
      kind,
      `${texts}`,
      `${sessions}`,
      `${threshold === undefined ? "none" : threshold.toPrecision(3)}${pooled ? " (all kinds)" : ""}`,
      shareInPercent(achieved),
      smallestRate.toPrecision(2),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const steps = new Set(quality.wouldDrift.map(({ traced }) => traced.step)).size;
  return [
    `persona     ${persona.name} ${persona.version}, scored by ${classifier.name}`,
    `steps       ${sampled.steps}: ${sampled.samples.length} texts used, ${sampled.leftOut} left out (too short, another language, not scored)`,
    ...(sampled.plain.of > 0
      ? [`plain       ${shareInPercent(sampled.plain)}: for the session to judge`]
      : []),
    "",
    ...rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    ),
    "",
    `At a false-alarm rate of ${falseAlarmRate}, ${steps} of ${sampled.steps} steps would have been called drift, each session measured by the others.`,
    ...(await listed(quality.wouldDrift, guard, colors)),
    ...(quality.suspects.length === 0
      ? []
      : ["", `${quality.suspects.length} texts lie far from the rest. Do they belong to good traces?`]),
    ...(await listed(quality.suspects, guard, colors)),
  ].join("\n");
}

async function listed(
  samples: readonly CalibrationSample[],
  guard: PersonaGuard,
  colors: Colors,
): Promise<readonly string[]> {
  const shown = await Promise.all(
    samples.slice(0, mostShown).map(async (sample) => {
      const { file, place, session, index, field, confidence, label, evidence } = await named(sample, guard);
      const where = session.startsWith(file) ? visible(session) : `${place} session ${visible(session)}`;
      const sentences = evidence.map(({ text }) => `“${visible(text)}”`).join(" ");
      return `  ${where}, step ${index}, ${field}, confidence ${confidence.toPrecision(3)}\n    ${colors.red(label)} ${sentences}`;
    }),
  );
  const more = samples.length - shown.length;
  return more > 0 ? [...shown, `  … and ${more} more; --json names them all.`] : shown;
}

async function asJson({ guard, sampled, quality, falseAlarmRate }: Result, file: string): Promise<object> {
  const all = (samples: readonly CalibrationSample[]) =>
    Promise.all(samples.map((sample) => named(sample, guard)));
  return {
    file,
    persona: { name: guard.persona.name, version: guard.persona.version },
    classifier: guard.classifier.name,
    falseAlarmRate,
    steps: sampled.steps,
    texts: sampled.samples.length,
    leftOut: sampled.leftOut,
    plain: sampled.plain,
    kinds: quality.kinds,
    all: quality.all,
    wouldDrift: await all(quality.wouldDrift),
    suspects: await all(quality.suspects),
  };
}

/** A text by its place and the sentences that carry what would be drift, secrets and personal data masked. */
async function named({ traced, utterance, scores, confidence }: CalibrationSample, guard: PersonaGuard) {
  const label = driftedTo(scores, guard.persona, utterance.kind);
  const { classifier, persona } = guard;
  const isDrift = (other: number) => other <= confidence;
  const evidence = await evidenceFor(utterance, { classifier, persona, isDrift });
  return {
    file: traced.place.file,
    place: placeName(traced.place),
    session: traced.step.session,
    index: traced.step.index,
    field: fieldOf(utterance),
    confidence,
    label,
    evidence: evidence.map((span) => ({ ...span, text: masked(span.text) })),
  };
}

function warningsOf({ quality, falseAlarmRate }: Result): readonly string[] {
  return quality.kinds.flatMap(({ kind, texts, pooled, threshold, smallestRate }) => {
    if (threshold === undefined) {
      return [
        `"${kind}" cannot promise a rate of ${falseAlarmRate}: with so few texts the smallest is ${smallestRate.toPrecision(2)}. Give more traces, or a higher --false-alarm-rate.`,
      ];
    }
    if (pooled)
      return [`"${kind}" has ${texts} texts, too few to stand alone: it is compared with all kinds.`];
    return texts < fewTexts
      ? [`"${kind}" has ${texts} texts; below ${fewTexts} the rate can be off, 300 are better.`]
      : [];
  });
}
