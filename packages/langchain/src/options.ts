import { basename } from "node:path";
import { type LoadGuardOptions, loadGuard } from "@persona-guard/classifier";
import { actions, PersonaGuard, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";
import type { EventLogOptions } from "./event-log.js";
import type { DriftPolicy } from "./policy.js";

/** A guard that is already loaded, or what is needed to load one: see `LoadGuardOptions`. */
export type GuardSource = { readonly guard: PersonaGuard } | LoadGuardOptions;

/** Path of a persona's file, or the persona itself. */
export type PersonaChoice = LoadGuardOptions["persona"];

/** As `GuardSource`; the persona may depend on the runtime context of each run. */
export type MiddlewareGuardSource<Context> =
  | GuardSource
  | (Omit<LoadGuardOptions, "persona"> & {
      readonly persona: (context: Context) => PersonaChoice | Promise<PersonaChoice>;
    });

export interface MiddlewareOptions extends DriftPolicy, EventLogOptions {
  /** Of the middleware, unique in its agent. @default "PersonaGuardMiddleware[<persona>]" */
  readonly name?: string;
  /**
   * "buffer" holds a draft back until it is judged, so that no stream shows a rejected one. "passthrough" streams at once and sends a
   * `persona_retract` event with the message's id when a draft that was streamed is not accepted. @default "buffer"
   */
  readonly streaming?: "buffer" | "passthrough";
}

/** @typeParam Context of a run, which a `persona` function is given */
export type PersonaGuardMiddlewareOptions<Context = unknown> = MiddlewareGuardSource<Context> &
  MiddlewareOptions;

/** The guard, loaded once and shared. A faulty persona or model rejects each use with the same PersonaGuardError. */
export function guardOf(source: GuardSource): Promise<PersonaGuard> {
  const loading = "guard" in source ? Promise.resolve(source.guard) : loadGuard(source);
  // Reported at first use, where the user can catch it; not as an unhandled rejection before that.
  loading.catch(() => {});
  return loading;
}

/** What to call the persona before it is loaded; undefined if each run chooses its own. */
export function personaNameOf(source: MiddlewareGuardSource<never>): string | undefined {
  if ("guard" in source) return source.guard.persona.name;
  if (typeof source.persona === "function") return undefined;
  return typeof source.persona === "string" ? basename(source.persona) : source.persona.name;
}

const driftActions = actions.slice(1);
const finalAction = z.enum(["log", "block", "replace", "interrupt"]);
const logOrBlock = z.enum(["log", "block"]);
const aFunction = (what: string) => z.custom((value) => typeof value === "function", { error: what });
const onDrift = z.custom(
  (value) => typeof value === "function" || driftActions.some((one) => one === value),
  {
    error: `must be one of ${driftActions.join(", ")}, or a function that returns one`,
  },
);
const toolPolicy = z.strictObject({
  onDrift: onDrift.optional(),
  onExhausted: finalAction.optional(),
  onEdit: logOrBlock.optional(),
});
const toolPolicyList = z.array(
  toolPolicy.extend({
    tools: z.custom((value) => (typeof value === "string" && value !== "") || typeof value === "function", {
      error: "must be a name, a glob or a predicate",
    }),
  }),
);
const toolPolicies = z.unknown().superRefine((given, context) => {
  const isList = Array.isArray(given);
  const entries = isList
    ? toolPolicyList.safeParse(given)
    : z.record(z.string(), z.unknown()).safeParse(given);
  const own = isList || !entries.success ? [] : Object.entries(entries.data);
  const issues = [
    ...(entries.error?.issues ?? []),
    ...own.flatMap(([tool, one]) =>
      ((typeof one === "object" ? toolPolicy : onDrift).safeParse(one).error?.issues ?? []).map((issue) => ({
        ...issue,
        path: [tool, ...issue.path],
      })),
    ),
  ];
  for (const { path, message } of issues) context.addIssue({ code: "custom", path: [...path], message });
});

/** What a run may set for itself, as `context.personaGuard`. */
export interface PersonaGuardOverrides extends Pick<DriftPolicy, "mode" | "onDrift" | "maxReprompts"> {}

const overridable = {
  mode: z.enum(["enforce", "shadow"]).optional(),
  onDrift: onDrift.optional(),
  maxReprompts: z.int().min(0).max(10).optional(),
} satisfies Record<keyof PersonaGuardOverrides, z.ZodType>;

const own = {
  ...overridable,
  toolPolicies: toolPolicies.optional(),
  onExhausted: finalAction.optional(),
  onEdit: logOrBlock.optional(),
  onError: z.enum(["allow", "block"]).optional(),
  onLostFacts: z.enum(["reprompt", "log"]).optional(),
  notice: z.string().min(1).optional(),
  replacement: z.union([z.string().min(1), aFunction("must be a text or a function")]).optional(),
  applyToReplies: z.boolean().optional(),
  applyToToolCalls: z.boolean().optional(),
  name: z.string().min(1).optional(),
  streaming: z.enum(["buffer", "passthrough"]).optional(),
  logger: z.unknown().optional(),
  logFile: z.string().min(1).optional(),
  logTexts: z.enum(["evidence", "all"]).optional(),
  onEvent: aFunction("must be a function").optional(),
} satisfies Record<keyof MiddlewareOptions, z.ZodType>;

/** What loadGuard checks itself, when it loads. */
const checkedLater = {
  classifier: z.unknown().optional(),
  calibration: z.unknown().optional(),
  language: z.unknown().optional(),
  falseAlarmRate: z.unknown().optional(),
  threshold: z.unknown().optional(),
  minWords: z.unknown().optional(),
  sessionAlarmRate: z.unknown().optional(),
  tier: z.unknown().optional(),
  model: z.unknown().optional(),
  modelFolder: z.unknown().optional(),
  timeoutMs: z.unknown().optional(),
  traits: z.unknown().optional(),
  threads: z.unknown().optional(),
  cachedTexts: z.unknown().optional(),
  allowDownload: z.unknown().optional(),
} satisfies Record<Exclude<keyof LoadGuardOptions, "persona">, z.ZodType>;

const middlewareSchema = z
  .strictObject({
    ...own,
    ...checkedLater,
    guard: z.instanceof(PersonaGuard).optional(),
    persona: z
      .union([z.string().min(1), z.looseObject({ name: z.string() }), aFunction("a function")], {
        error: "must be the path of a persona file, a persona, or a function of the runtime context",
      })
      .optional(),
  })
  .superRefine(({ guard, persona }, context) => {
    if ((guard === undefined) === (persona === undefined)) {
      const message = "Give either a `persona` (path, object or function) or a `guard`.";
      context.addIssue({ code: "custom", message, path: ["persona"] });
    }
  });

/** @throws PersonaGuardError "options-invalid" naming every faulty option */
export function refuseInvalid(options: object): void {
  throwFaults(middlewareSchema.safeParse(options), "persona guard options");
}

/** What the context of a run sets for the guard. @throws PersonaGuardError "options-invalid" */
export function overridesIn(context: unknown): PersonaGuardOverrides {
  const given: unknown =
    typeof context === "object" && context !== null ? Reflect.get(context, "personaGuard") : undefined;
  if (given === undefined) return {};
  throwFaults(z.strictObject(overridable).safeParse(given), "context.personaGuard");
  // Checked in the line above. What is set to undefined is not set.
  return Object.fromEntries(Object.entries(Object(given)).filter(([, value]) => value !== undefined));
}

function throwFaults({ error }: z.ZodSafeParseResult<unknown>, what: string): void {
  if (error === undefined) return;
  throw new PersonaGuardError("options-invalid", `Invalid ${what}:\n${z.prettifyError(error)}`);
}
