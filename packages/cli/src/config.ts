import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { tiers } from "@persona-guard/classifier";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import { type AlertsConfig, alertsSchema } from "@persona-guard/monitor/alerts-config";
import { traceReaders } from "@persona-guard/replay";
import { parse, YAMLParseError } from "yaml";
import * as z from "zod";

/** Read from the working directory when it is there. */
export const configFile = "persona-guard.config.yaml";

export const formats = ["auto", ...traceReaders.map(({ name }) => name)] as const;

const rate = z.number().gt(0).lt(1);
const configSchema = z
  .strictObject({
    persona: z.string().min(1).optional(),
    tier: z.enum(tiers).optional(),
    model: z.string().min(1).optional(),
    falseAlarmRate: rate.optional(),
    threshold: rate.optional(),
    calibration: z.string().min(1).optional(),
    minWords: z.int().min(1).optional(),
    language: z.enum(["english", "any"]).optional(),
    format: z.enum(formats).optional(),
    out: z.string().min(1).optional(),
    maxDriftRate: z.number().min(0).max(1).optional(),
    maxSessionAlarms: z.int().min(0).optional(),
    minCoverage: z.number().min(0).max(1).optional(),
    baseline: z.string().min(1).optional(),
    alerts: alertsSchema.optional(),
  })
  .refine(({ falseAlarmRate, threshold }) => falseAlarmRate === undefined || threshold === undefined, {
    path: ["threshold"],
    message: "cannot be given together with falseAlarmRate: keep one",
  });

/** What persona-guard.config.yaml says, its paths resolved from the folder it lies in. */
export type Config = Readonly<z.infer<typeof configSchema>>;

/**
 * The configuration at `path`, or that of the working directory if there is one, or an empty one.
 *
 * @throws PersonaGuardError "config-invalid" naming every faulty field
 */
export async function readConfig(path: string | undefined): Promise<Config> {
  const file = path ?? configFile;
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch (error) {
    if (path === undefined && error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw new PersonaGuardError("config-invalid", `${file} cannot be read: ${messageOf(error)}.`, {
      cause: error,
    });
  }
  const config = parseConfig(content, file);
  const fromItsFolder = (given: string | undefined) =>
    given === undefined ? undefined : resolve(dirname(file), given);
  return {
    ...config,
    persona: fromItsFolder(config.persona),
    model: fromItsFolder(config.model),
    calibration: fromItsFolder(config.calibration),
    out: fromItsFolder(config.out),
    baseline: fromItsFolder(config.baseline),
    alerts: config.alerts && withPaths(config.alerts, dirname(file)),
  };
}

function withPaths(alerts: AlertsConfig, folder: string): AlertsConfig {
  const targets = Object.entries(alerts.targets).map(([name, target]) => [
    name,
    target.type === "module" ? { ...target, path: resolve(folder, target.path) } : target,
  ]);
  return { ...alerts, folder: resolve(folder, alerts.folder), targets: Object.fromEntries(targets) };
}

/** @throws PersonaGuardError "config-invalid" */
function parseConfig(content: string, file: string): Config {
  let values: unknown;
  try {
    values = parse(content) ?? {};
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw new PersonaGuardError("config-invalid", `${file} is not valid YAML: ${error.message}`, {
      cause: error,
    });
  }
  const result = configSchema.safeParse(values);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    (issue) => `  ${issue.path.join(".") || "(top level)"}: ${issue.message}`,
  );
  throw new PersonaGuardError(
    "config-invalid",
    `${file} is not a valid configuration:\n${faults.join("\n")}`,
  );
}
