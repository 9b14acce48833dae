import { messageOf, PersonaGuardError } from "@persona-guard/core";
import type { Notice } from "./alert.js";
import type { AlertTarget } from "./alert-target.js";

/** Rejects if the notice is to be tried again. */
export type SendNotice = (notice: Notice, signal: AbortSignal) => Promise<void> | void;

export function functionTarget(name: string, send: SendNotice): AlertTarget {
  return {
    name,
    async deliver(notice, signal) {
      await send(notice, signal);
      return { outcome: "delivered" };
    },
  };
}

/** @param module address of a module whose default export is a `SendNotice`. @throws PersonaGuardError "config-invalid" */
export async function moduleTarget(name: string, module: URL): Promise<AlertTarget> {
  let loaded: { readonly default?: unknown };
  try {
    loaded = await import(module.href);
  } catch (cause) {
    const message = `The module of the target "${name}" cannot be loaded: ${messageOf(cause)}.`;
    throw new PersonaGuardError("config-invalid", message, { cause });
  }
  const send = loaded.default;
  if (typeof send !== "function") {
    const message = `The module of the target "${name}" has no default export that is a function: (notice, signal) => Promise<void>.`;
    throw new PersonaGuardError("config-invalid", message);
  }
  return functionTarget(name, (notice, signal) => send(notice, signal));
}
