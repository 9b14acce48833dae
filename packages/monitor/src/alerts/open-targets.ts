import { pathToFileURL } from "node:url";
import { PersonaGuardError } from "@persona-guard/core";
import type { AlertTarget } from "./alert-target.js";
import type { TargetConfig } from "./alerts-config.js";
import { moduleTarget } from "./function-target.js";
import { otlpTarget } from "./otlp.js";
import { pinoTarget } from "./pino-target.js";
import { prometheusTarget } from "./prometheus.js";
import { slackTarget } from "./slack.js";
import { teamsTarget } from "./teams.js";
import { webhookTarget } from "./webhook.js";

export interface OpenTargetsOptions {
  /** Where `$NAME` in the configuration is looked up. @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with what a target loses. */
  readonly onFault?: (message: string) => void;
}

/**
 * The targets of a configuration, by their names.
 *
 * @throws PersonaGuardError "config-invalid" naming every environment variable that is not set, or if a target cannot be opened
 */
export async function openTargets(
  configs: Readonly<Record<string, TargetConfig>>,
  { env = process.env, onFault = () => undefined }: OpenTargetsOptions = {},
): Promise<readonly AlertTarget[]> {
  const resolved = Object.entries(configs).map(([name, config]) => ({
    name,
    ...withSecrets(config, name, env),
  }));
  const faults = resolved.flatMap(({ missing }) => missing);
  if (faults.length > 0)
    throw new PersonaGuardError("config-invalid", `Alert targets cannot be opened:\n${faults.join("\n")}`);
  const targets: AlertTarget[] = [];
  try {
    for (const { name, config } of resolved) {
      const target = await openTarget(name, config, onFault);
      targets.push(config.evidence ? target : withoutEvidence(target));
    }
  } catch (error) {
    await Promise.all(targets.map((target) => target.close?.()));
    throw error;
  }
  return targets;
}

async function openTarget(
  name: string,
  config: TargetConfig,
  onFault: (message: string) => void,
): Promise<AlertTarget> {
  switch (config.type) {
    case "webhook":
      return webhookTarget({ name, url: config.url, secret: config.secret, headers: config.headers });
    case "slack":
      return slackTarget({ name, url: config.url });
    case "teams":
      return teamsTarget({ name, url: config.url });
    case "otlp": {
      const { url, headers, serviceName } = config;
      return otlpTarget({ name, url, headers, serviceName, onFault });
    }
    case "prometheus":
      return prometheusTarget({ name, port: config.port, host: config.host });
    case "pino":
      return pinoTarget({ name, transport: config.transport, options: config.options });
    case "module":
      return moduleTarget(name, pathToFileURL(config.path));
  }
}

/** The configuration with the values of the environment variables it names, and those that are not set. */
function withSecrets(config: TargetConfig, target: string, env: NonNullable<OpenTargetsOptions["env"]>) {
  const missing: string[] = [];
  const lookedUp = (given: string, field: string): string => {
    if (!/^\$[A-Z_][A-Z0-9_]*$/.test(given)) return given;
    const value = env[given.slice(1)];
    if (value === undefined || value === "")
      missing.push(`  ${target}.${field}: the environment variable ${given.slice(1)} is not set`);
    else if (field === "url" && !URL.canParse(value))
      missing.push(`  ${target}.${field}: the environment variable ${given.slice(1)} is no address`);
    return value ?? "";
  };
  const url = "url" in config ? { url: lookedUp(config.url, "url") } : {};
  const secret =
    "secret" in config && config.secret !== undefined ? { secret: lookedUp(config.secret, "secret") } : {};
  const headers =
    "headers" in config && config.headers !== undefined
      ? {
          headers: Object.fromEntries(
            Object.entries(config.headers).map(([name, value]) => [name, lookedUp(value, `headers.${name}`)]),
          ),
        }
      : {};
  const resolved: TargetConfig = { ...config, ...url, ...secret, ...headers };
  return { config: resolved, missing };
}

function withoutEvidence(target: AlertTarget): AlertTarget {
  return {
    ...target,
    deliver: (notice, signal) => {
      const alerts = notice.alerts.map((alert) => ({ ...alert, evidence: [] }));
      return target.deliver({ ...notice, alerts }, signal);
    },
  };
}
