import { PersonaGuardError } from "@persona-guard/core";
import type { AlertsConfig } from "@persona-guard/monitor/alerts-config";
import { configFile, readConfig } from "./config.js";

/** The alerts of the configuration at `path`, or of that in the working directory. @throws PersonaGuardError "config-invalid" */
export async function alertsOf(path: string | undefined): Promise<AlertsConfig> {
  const { alerts } = await readConfig(path);
  if (alerts !== undefined) return alerts;
  const message = `${path ?? configFile} has no section "alerts" (or is not there): name targets and rules in it.`;
  throw new PersonaGuardError("config-invalid", message);
}
