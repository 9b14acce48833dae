import { readdir } from "node:fs/promises";
import { type LoadClassifierOptions, loadClassifier, loadGuard, tiers } from "@persona-guard/classifier";
import { type Classifier, messageOf, type PersonaGuard, PersonaGuardError } from "@persona-guard/core";
import { type Command, InvalidArgumentError, Option } from "commander";
import { type Config, configFile, readConfig } from "./config.js";

/** The flags that say who scores, as commander hands them over. */
export interface ScorerFlags {
  readonly persona?: string;
  readonly tier?: string;
  readonly model?: string;
  readonly falseAlarmRate?: number;
  readonly config?: string;
  readonly json?: true;
  readonly verbose?: true;
}

/** The flags that `score` and `replay` share. */
export interface GuardFlags extends ScorerFlags {
  readonly threshold?: number;
  readonly calibration?: string;
}

/** Adds the shared flags to a command. */
export function withGuardFlags(command: Command): Command {
  return withScorerFlags(command)
    .addOption(
      new Option("--threshold <confidence>", "call drifted what has a confidence below this instead")
        .argParser(between0And1)
        .conflicts("falseAlarmRate"),
    )
    .option("--calibration <file>", 'calibration from your own traces, by "persona-guard calibrate"');
}

/** Adds the flags that say who scores to a command. */
export function withScorerFlags(command: Command): Command {
  return command
    .option("-p, --persona <file>", "persona file (YAML or JSON)")
    .addOption(new Option("-t, --tier <tier>", 'which models score (default: "cascade")').choices(tiers))
    .option("--model <folder>", "folder with another model: weights of ours, or an ONNX sequence classifier")
    .option(
      "--false-alarm-rate <rate>",
      "share of in-persona texts that may be called drifted (default: 0.01)",
      between0And1,
    )
    .option("-c, --config <file>", `configuration file (default: ${configFile}, if there is one)`);
}

/** Flags over configuration; a threshold given as a flag sets a configured false-alarm rate aside, and the reverse. */
export async function settingsOf(flags: GuardFlags): Promise<Config> {
  const config = await readConfig(flags.config);
  const { falseAlarmRate, threshold, ...rest } = config;
  const criterion =
    flags.threshold !== undefined || flags.falseAlarmRate !== undefined
      ? flags
      : { falseAlarmRate, threshold };
  return {
    ...rest,
    falseAlarmRate: criterion.falseAlarmRate,
    threshold: criterion.threshold,
    persona: flags.persona ?? config.persona,
    tier: tiers.find((tier) => tier === flags.tier) ?? config.tier,
    model: flags.model ?? config.model,
    calibration: flags.calibration ?? config.calibration,
  };
}

/** The guard for a persona file. */
export async function guardFor(
  persona: string,
  settings: Omit<Config, "baseline">,
  speed: Pick<LoadClassifierOptions, "threads" | "cachedTexts" | "timeoutMs"> = {},
): Promise<PersonaGuard> {
  const { falseAlarmRate, threshold, minWords, language, calibration } = settings;
  const limits = given({ falseAlarmRate, threshold, minWords, language, calibration });
  return loadGuard({ persona, ...(await modelOf(settings)), ...limits, ...speed });
}

/** The classifier alone, for scores without a persona. */
export async function classifierFor(settings: Config): Promise<Classifier> {
  return loadClassifier(await modelOf(settings));
}

/** A folder with a model.json has our format, any other one a sequence classifier of Hugging Face. */
async function modelOf({
  tier,
  model,
}: Pick<Config, "tier" | "model">): Promise<Pick<LoadClassifierOptions, "tier" | "model" | "modelFolder">> {
  if (model === undefined) return given({ tier });
  const files = await readdir(model).catch((error: unknown) => {
    const message = `There is no folder ${model} with a model (${messageOf(error)}). Correct --model, or leave it out for the shipped one.`;
    throw new PersonaGuardError("model-missing", message, { cause: error });
  });
  return given(files.includes("model.json") ? { tier, modelFolder: model } : { tier, model });
}

/** The options that have a value: `exactOptionalPropertyTypes` tells "absent" from "undefined". */
function given<Options extends object>(
  options: Options,
): { [Name in keyof Options]?: NonNullable<Options[Name]> } {
  // Only names with a value are left, and no value is changed.
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Options]?: NonNullable<Options[Name]>;
  };
}

/** A flag's value as a number in (0, 1). */
export function between0And1(value: string): number {
  const number = numberIn(value);
  if (number > 0 && number < 1) return number;
  throw new InvalidArgumentError("It must be a number between 0 and 1.");
}

/** A flag's value as a number in [0, 1]. */
export function from0To1(value: string): number {
  const number = numberIn(value);
  if (number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError("It must be a number from 0 to 1.");
}

/** A flag's value as a whole number >= 0. */
export function wholeNumber(value: string): number {
  const number = numberIn(value);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new InvalidArgumentError("It must be a whole number, 0 or more.");
}

/** A flag's value as a whole number >= 1. */
export function positiveNumber(value: string): number {
  const number = numberIn(value);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError("It must be a whole number, 1 or more.");
}

function numberIn(value: string): number {
  return value.trim() === "" ? Number.NaN : Number(value);
}
