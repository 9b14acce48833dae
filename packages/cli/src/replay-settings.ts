import { readFile } from "node:fs/promises";
import { messageOf, type PersonaGuard, PersonaGuardError } from "@persona-guard/core";
import { type Baseline, hashOf, readBaseline } from "@persona-guard/replay";
import { type Config, formats } from "./config.js";
import { type GuardFlags, settingsOf } from "./guard-options.js";

export const pushNames = ["langsmith", "langfuse", "otlp"] as const;

/** The flags of `replay`, as commander hands them over. */
export interface ReplayFlags extends GuardFlags {
  readonly format?: string;
  readonly out?: string;
  readonly texts?: true;
  readonly maxDriftRate?: number;
  readonly maxSessionAlarms?: number;
  readonly minCoverage?: number;
  readonly baseline?: string;
  readonly resume?: true;
  readonly sample?: number;
  readonly seed?: number;
  readonly push?: string;
  readonly pushDryRun?: true;
}

export interface ReplaySettings extends Omit<Config, "baseline"> {
  readonly persona: string;
  readonly baseline: Baseline | undefined;
  readonly push: (typeof pushNames)[number] | undefined;
}

/** Flags over configuration. @throws PersonaGuardError "options-invalid" */
export async function replaySettingsOf(flags: ReplayFlags): Promise<ReplaySettings> {
  const config = await settingsOf(flags);
  const out = flags.out ?? config.out;
  const push = pushNames.find((name) => name === flags.push);
  if (config.persona === undefined)
    throw invalid('A replay needs a persona: give --persona FILE, or write one with "persona-guard init".');
  if (flags.resume && out === undefined)
    throw invalid("--resume needs the folder of the interrupted replay: give --out DIR.");
  if (push !== undefined && out === undefined)
    throw invalid("--push sends what is in the results: give --out DIR.");
  if (flags.pushDryRun && push === undefined)
    throw invalid(`--push-dry-run shows what --push would send: give --push ${pushNames.join("|")}.`);
  if (flags.seed !== undefined && flags.sample === undefined)
    throw invalid("--seed draws a sample: give --sample N.");
  const baseline = flags.baseline ?? config.baseline;
  return {
    ...config,
    persona: config.persona,
    format: formats.find((format) => format === flags.format) ?? config.format,
    out,
    push,
    maxDriftRate: flags.maxDriftRate ?? config.maxDriftRate,
    maxSessionAlarms: flags.maxSessionAlarms ?? config.maxSessionAlarms,
    minCoverage: flags.minCoverage ?? config.minCoverage,
    baseline: baseline === undefined ? undefined : await readBaseline(baseline),
  };
}

/** All but the traces that decides what is written, by the names a user knows. */
export async function deciding(
  guard: PersonaGuard,
  settings: ReplaySettings,
  flags: Pick<ReplayFlags, "texts" | "sample" | "seed">,
): Promise<Readonly<Record<string, unknown>>> {
  const { persona, classifier, criterion } = guard;
  const { model, calibration, minWords, language } = settings;
  return {
    persona: `${persona.name} ${persona.version} (${hashOf(JSON.stringify(persona))})`,
    classifier: classifier.name,
    model,
    criterion,
    calibration: calibration === undefined ? undefined : await hashOfFile(calibration),
    minWords,
    language,
    texts: flags.texts,
    sample: flags.sample,
    seed: flags.seed,
  };
}

async function hashOfFile(path: string): Promise<string> {
  try {
    return hashOf(await readFile(path));
  } catch (error) {
    throw new PersonaGuardError("calibration-unreadable", `${path} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}

function invalid(message: string): PersonaGuardError {
  return new PersonaGuardError("options-invalid", message);
}
