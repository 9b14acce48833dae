import type { AIMessage, BaseMessage } from "@langchain/core/messages";
import type { DriftEvent, PersonaGuard } from "@persona-guard/core";
import type { AgentMiddleware } from "langchain";
import * as z from "zod";
import { askPerson } from "./ask-person.js";
import { draftIn, replyOf } from "./draft.js";
import { eventLog } from "./event-log.js";
import { guardedCall } from "./guarded-call.js";
import { guardedTurn } from "./guarded-turn.js";
import { guardsOf } from "./guards.js";
import { JudgedCalls } from "./judged-calls.js";
import { type PersonaDrift, personaDriftOf, sendLive } from "./live-event.js";
import {
  overridesIn,
  type PersonaGuardMiddlewareOptions,
  type PersonaGuardOverrides,
  personaNameOf,
  refuseInvalid,
} from "./options.js";
import { canWithhold, policyOf } from "./policy.js";
import { eagerReaders, patientReaders } from "./readers.js";
import { type RunPlace, sessionOf, turnsIn } from "./session-of.js";
import { restored, sessionState, writeState } from "./session-state.js";

/** Every key is optional, and keys of others stay: a `persona` function reads them. */
const contextKeys = { personaGuard: z.custom<PersonaGuardOverrides>().optional() };
const contextSchema: z.ZodObject<typeof contextKeys> = z.looseObject(contextKeys);

/**
 * Keeps a `createAgent` agent in its persona: every draft is judged before it enters the history or a stream, a drifting one is
 * written again by the model, and what still drifts does not leave.
 *
 * @throws PersonaGuardError "options-invalid"; at the first step also what `loadGuard` throws
 * @example
 * createAgent({ model, tools, middleware: [personaGuardMiddleware({ persona: "./persona.yaml" })] });
 * @example
 * // One agent, many personas; a person decides about emails.
 * personaGuardMiddleware<{ tenant: string }>({
 *   persona: ({ tenant }) => `./personas/${tenant}.yaml`,
 *   toolPolicies: { "*_email": "interrupt" },
 * });
 */
export function personaGuardMiddleware<Context = unknown>(
  options: PersonaGuardMiddlewareOptions<Context>,
): AgentMiddleware<typeof sessionState, typeof contextSchema> {
  refuseInvalid(options);
  const { streaming = "buffer" } = options;
  const personaName = personaNameOf(options);
  const name = options.name ?? `PersonaGuardMiddleware${personaName === undefined ? "" : `[${personaName}]`}`;
  const report = eventLog(options);
  const guards = guardsOf(options);
  const calls = new JudgedCalls();

  const standing = async (runtime: Runtime, messages: readonly BaseMessage[]) => {
    // What a user's function takes as its context is what the user passes as one.
    const guard = await guards(runtime.context as Context);
    const policy = policyOf({ ...options, ...overridesIn(runtime.context) });
    return { guard, policy, report, session: sessionIn(runtime, messages) };
  };
  const told = async (event: DriftEvent, { writer }: Runtime): Promise<readonly PersonaDrift[]> => {
    const drift = personaDriftOf(event);
    if (drift === undefined) return [];
    await sendLive(drift, writer);
    return [drift];
  };
  const sessionKey = (guard: PersonaGuard) => `${name}/${guard.persona.name}`;

  return {
    name,
    stateSchema: sessionState,
    contextSchema,

    wrapModelCall: async (request, handler) => {
      const { runtime, state } = request;
      const turn = await standing(runtime, state.messages);
      const { guard, policy, session } = turn;
      restored(guard, session, { key: sessionKey(guard), state });
      const isHeldBack = streaming === "buffer" && canWithhold(policy);
      const readers = (isHeldBack ? patientReaders : eagerReaders)({
        asked: request.messages,
        model: request.model.getName(),
        writer: runtime.writer,
      });
      const drift: PersonaDrift[] = [];
      let reply: AIMessage | undefined;
      const end = await guardedTurn({
        ...turn,
        index: turnsIn(state.messages),
        messages: request.messages,
        call: async (messages) => {
          reply = await readers.ask(() => handler({ ...request, messages: [...messages] }));
          return draftIn(reply, request.responseFormat !== undefined);
        },
        onJudged: async (draft) => {
          drift.push(...(await told(draft.event, runtime)));
          await readers.judged(draft);
        },
      });
      const kept = { key: sessionKey(guard), snapshot: guard.sessionSnapshot(session) };
      writeState(runtime.configurable, { drift, session: kept });
      if (end === undefined) return reply as AIMessage; // what the framework itself gave us
      const delivered = await readers.deliver(end);
      calls.remember(session, delivered.message, end);
      return replyOf(delivered);
    },

    wrapToolCall: async (request, handler) => {
      const { runtime, state, toolCall } = request;
      return guardedCall({
        ...(await standing(runtime, state.messages)),
        index: Math.max(0, turnsIn(state.messages) - 1),
        call: toolCall,
        judged: calls,
        history: state.messages,
        run: (call) => {
          const isRenamed = call.name !== toolCall.name;
          return handler({
            ...request,
            toolCall: { ...toolCall, ...call },
            ...(isRenamed ? { tool: undefined } : {}),
          });
        },
        review: askPerson,
        onJudged: async (event) => writeState(runtime.configurable, { drift: await told(event, runtime) }),
      });
    },
  };
}

interface Runtime {
  readonly context?: unknown;
  readonly configurable?: RunPlace;
  readonly writer?: ((chunk: unknown) => void) | null;
}

function sessionIn({ configurable = {} }: Runtime, messages: readonly BaseMessage[]): string {
  return sessionOf(configurable, messages) ?? "session";
}
