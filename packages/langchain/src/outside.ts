import { randomUUID } from "node:crypto";
import type { BaseMessage } from "@langchain/core/messages";
import type { RunnableConfig } from "@langchain/core/runnables";
import type { DriftEvent, PersonaGuard } from "@persona-guard/core";
import { type EventLogOptions, eventLog, type Report } from "./event-log.js";
import { guardsOf } from "./guards.js";
import { personaDriftOf, sendLive } from "./live-event.js";
import { type MiddlewareGuardSource, overridesIn, refuseInvalid } from "./options.js";
import { type DriftPolicy, type Policy, policyOf } from "./policy.js";
import { sessionOf } from "./session-of.js";

/** Of a guard that stands outside of `createAgent`: the options of the middleware, by the same names. */
export type GuardOptions<Context = unknown> = MiddlewareGuardSource<Context> & DriftPolicy & EventLogOptions;

/** What LangGraph adds to the config of a node. */
export interface NodeConfig extends RunnableConfig {
  readonly context?: unknown;
  readonly writer?: ((chunk: unknown) => void) | null;
}

/** Who judges in a run, by which policy, and to whom it is told. */
export interface Standing {
  readonly guard: PersonaGuard;
  readonly policy: Policy;
  readonly report: Report;
  readonly session: string;
  tell(event: DriftEvent): Promise<void>;
}

/**
 * The guard for a run, by its config: a run without a thread is a session of its own.
 *
 * @throws PersonaGuardError "options-invalid"; with the first run also what `loadGuard` throws
 */
export function outside<Context>(
  options: GuardOptions<Context>,
): (config: NodeConfig, messages: readonly BaseMessage[]) => Promise<Standing> {
  refuseInvalid(options);
  const report = eventLog(options);
  const guards = guardsOf(options);
  return async ({ context, configurable, metadata, writer }, messages) => ({
    // What a user's function takes as its context is what the user passes as one.
    guard: await guards(context as Context),
    policy: policyOf({ ...options, ...overridesIn(context) }),
    report,
    session: sessionOf({ ...metadata, ...configurable }, messages) ?? randomUUID(),
    tell: async (event) => {
      const drift = personaDriftOf(event);
      if (drift !== undefined) await sendLive(drift, writer);
    },
  });
}
