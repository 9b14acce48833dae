import { loadClassifier, loadGuard, readPersona } from "@persona-guard/classifier";
import { type Classifier, definePersona, type PersonaGuard } from "@persona-guard/core";
import { guardOf, type MiddlewareGuardSource, type PersonaChoice } from "./options.js";

/** Personas kept open by one middleware; the one unused for longest is loaded again when it is needed. */
const mostGuards = 1_000;

/**
 * The guard for a run, by its context: one for all, or where `persona` is a function one per persona, loaded once. Guards of
 * personas without traits or examples of their own share one classifier.
 */
export function guardsOf<Context>(
  source: MiddlewareGuardSource<Context>,
): (context: Context) => Promise<PersonaGuard> {
  if ("guard" in source || typeof source.persona !== "function") {
    // Checked above; the union's members differ in nothing but the persona.
    const one = guardOf(source as Parameters<typeof guardOf>[0]);
    return () => one;
  }
  const { persona: choose, ...rest } = source;
  const guards = new Map<string, Promise<PersonaGuard>>();
  let shared: Promise<Classifier> | undefined;
  const load = async (choice: PersonaChoice): Promise<PersonaGuard> => {
    const persona = typeof choice === "string" ? await readPersona(choice) : definePersona(choice);
    if (persona.traits.length > 0 || persona.examples !== undefined) return loadGuard({ ...rest, persona });
    const { tier: _, model, traits: __, classifier, ...sharedRest } = rest;
    shared ??= classifier === undefined ? loadClassifier(rest) : Promise.resolve(classifier);
    shared.catch(() => {
      shared = undefined;
    });
    const language = rest.language ?? (model === undefined ? "english" : "any");
    return loadGuard({ ...sharedRest, language, persona, classifier: await shared });
  };
  return async (context) => {
    const choice = await choose(context);
    const key = typeof choice === "string" ? choice : JSON.stringify(choice);
    const known = guards.get(key);
    const guard = known ?? load(choice);
    guards.delete(key);
    guards.set(key, guard);
    if (guards.size > mostGuards) guards.delete(guards.keys().next().value ?? "");
    // A persona file that is mended may be asked for again.
    guard.catch(() => guards.delete(key));
    return guard;
  };
}
