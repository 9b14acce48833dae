import { basename } from "node:path";
import { type LoadGuardOptions, loadGuard } from "@persona-guard/classifier";
import { PersonaGuard, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";

/** A guard that is already loaded, or what is needed to load one: see `LoadGuardOptions`. */
export type GuardSource = { readonly guard: PersonaGuard } | LoadGuardOptions;

/** The guard, loaded once and shared. A faulty persona or model rejects each use with the same PersonaGuardError. */
export function guardOf(source: GuardSource): Promise<PersonaGuard> {
  const loading = "guard" in source ? Promise.resolve(source.guard) : loadGuard(source);
  // Reported at first use, where the user can catch it; not as an unhandled rejection before that.
  loading.catch(() => {});
  return loading;
}

/** What to call the persona before it is loaded. */
export function personaNameOf(source: GuardSource): string {
  if ("guard" in source) return source.guard.persona.name;
  return typeof source.persona === "string" ? basename(source.persona) : source.persona.name;
}

const middlewareSchema = z.looseObject({
  guard: z.instanceof(PersonaGuard).optional(),
  persona: z.union([z.string().min(1), z.looseObject({ name: z.string() })]).optional(),
  onDrift: z.enum(["log", "reprompt", "block"]).optional(),
  maxReprompts: z.int().min(0).max(10).optional(),
  onExhausted: z.enum(["log", "block"]).optional(),
  onEdit: z.enum(["log", "block"]).optional(),
  onError: z.enum(["allow", "block"]).optional(),
  notice: z.string().min(1).optional(),
});

/** @throws PersonaGuardError "options-invalid" naming every faulty option */
export function refuseInvalid(options: object): void {
  const result = middlewareSchema.safeParse(options);
  const faults = result.success ? [] : [z.prettifyError(result.error)];
  if (!("guard" in options) && !("persona" in options))
    faults.push("✖ Give a `persona` (path or object) or a `guard`.");
  if (faults.length > 0) {
    throw new PersonaGuardError("options-invalid", `Invalid persona guard options:\n${faults.join("\n")}`);
  }
}
