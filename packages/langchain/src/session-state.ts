import { ReducedValue, StateSchema } from "@langchain/langgraph";
import { messageOf, type PersonaGuard, type SessionSnapshot } from "@persona-guard/core";
import * as z from "zod";
import type { PersonaDrift } from "./live-event.js";

/** Drift events kept in an agent's state; the log has them all. */
const mostKept = 100;

const sessions = z.record(z.string(), z.unknown());
// Not z.custom, of which LangGraph could make no JSON Schema; what the guard writes needs no check of every field.
const drift = z.array(z.looseObject({ id: z.string() })) as unknown as z.ZodType<
  PersonaDrift[],
  PersonaDrift[]
>;

/**
 * What the guard keeps in an agent's state, and so in its checkpoints: per persona the session's detector (private, as the leading
 * `_` says), and what had to be said about drafts, without their words.
 *
 * Both values are reduced, since LangChain feeds the state back as input in each run and from each node: merging twice changes nothing.
 */
export const sessionState = new StateSchema({
  _personaSessions: new ReducedValue(
    sessions.default(() => ({})),
    { inputSchema: sessions.default(() => ({})), reducer: (kept, added) => ({ ...kept, ...added }) },
  ),
  personaDrift: new ReducedValue(
    drift.default(() => []),
    {
      inputSchema: drift.default(() => []),
      reducer: (kept, added) =>
        [...kept, ...added.filter(({ id }) => !kept.some((one) => one.id === id))].slice(-mostKept),
    },
  ),
});

/** What a step adds to the state. */
export interface StateUpdate {
  readonly drift: readonly PersonaDrift[];
  /** The session's detector under its key, after a turn of the model. */
  readonly session?: { readonly key: string; readonly snapshot: SessionSnapshot | undefined };
}

/**
 * Writes into the agent's state from inside of a node, as LangGraph's own `interrupt` does.
 *
 * No hook can: a Command from wrapModelCall would show middleware outside of this one the raw draft, and an afterModel hook is a node
 * of its own, so that every turn would cost a checkpoint and a third of the recursion limit. Without a graph nothing is written.
 */
export function writeState(
  configurable: Readonly<Record<string, unknown>> | undefined,
  { drift: added, session }: StateUpdate,
): void {
  const send = configurable?.__pregel_send;
  if (typeof send !== "function") return;
  const writes = [
    ...(session?.snapshot === undefined ? [] : [["_personaSessions", { [session.key]: session.snapshot }]]),
    ...(added.length === 0 ? [] : [["personaDrift", added]]),
  ];
  if (writes.length > 0) send(writes);
}

/**
 * Goes on with a session where the state left it: after a restart, in another process, or from an earlier checkpoint. A session
 * without a state goes on from memory.
 */
export function restored(
  guard: PersonaGuard,
  session: string,
  { key, state }: { readonly key: string; readonly state: unknown },
): void {
  const kept =
    typeof state === "object" && state !== null ? Reflect.get(state, "_personaSessions") : undefined;
  const snapshot: unknown = typeof kept === "object" && kept !== null ? Reflect.get(kept, key) : undefined;
  if (snapshot === undefined) return;
  try {
    guard.restoreSession(session, snapshot);
  } catch (error) {
    process.emitWarning(messageOf(error), { code: "PERSONA_GUARD_SESSION_LOST" });
  }
}
