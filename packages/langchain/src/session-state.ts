import { ReducedValue, StateSchema } from "@langchain/langgraph";
import { messageOf, type PersonaGuard } from "@persona-guard/core";
import * as z from "zod";
import type { PersonaDrift } from "./live-event.js";

/** Drift events kept in an agent's state; the log has them all. */
const mostKept = 100;

const sessions = z.record(z.string(), z.unknown());
const drift = z.array(z.looseObject({ id: z.string() }));

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

export interface StateUpdate {
  readonly _personaSessions: Record<string, unknown>;
  readonly personaDrift: { id: string; [field: string]: unknown }[];
}

/** Sessions whose last turn is not yet in the state. */
const mostPending = 10_000;

/** What is to be written into the state of a session when its turn has ended. */
export class PendingState {
  readonly #pending = new Map<string, StateUpdate>();

  /** @param key of the guard's session in the state */
  session(session: string, key: string, guard: PersonaGuard): void {
    const snapshot = guard.sessionSnapshot(session);
    if (snapshot === undefined) return;
    const { _personaSessions, personaDrift } = this.#of(session);
    this.#set(session, { personaDrift, _personaSessions: { ..._personaSessions, [key]: snapshot } });
  }

  drift(session: string, event: PersonaDrift): void {
    const { _personaSessions, personaDrift } = this.#of(session);
    this.#set(session, { _personaSessions, personaDrift: [...personaDrift, { ...event }] });
  }

  take(session: string): StateUpdate | undefined {
    const update = this.#pending.get(session);
    this.#pending.delete(session);
    return update;
  }

  #of(session: string): StateUpdate {
    return this.#pending.get(session) ?? { _personaSessions: {}, personaDrift: [] };
  }

  #set(session: string, update: StateUpdate): void {
    this.#pending.set(session, update);
    if (this.#pending.size > mostPending) this.#pending.delete(this.#pending.keys().next().value ?? "");
  }
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
