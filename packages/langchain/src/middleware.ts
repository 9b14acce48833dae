import { randomUUID } from "node:crypto";
import type { AIMessage, BaseMessage } from "@langchain/core/messages";
import { getConfig } from "@langchain/langgraph";
import type { DriftEvent, PersonaGuard } from "@persona-guard/core";
import type { AgentMiddleware } from "langchain";
import * as z from "zod";
import { askPerson } from "./ask-person.js";
import { copyOf, draftIn, replyOf, withMessage } from "./draft.js";
import { eventLog } from "./event-log.js";
import { guardedCall } from "./guarded-call.js";
import { callsToReview, type EndOfTurn, guardedTurn } from "./guarded-turn.js";
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
import { quietly } from "./quiet.js";
import { type RunPlace, sessionOf, turnsIn } from "./session-of.js";
import { restored, sessionState, writeState } from "./session-state.js";
import { show } from "./shown.js";

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
  const judged = new JudgedCalls();

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
      const shown = (message: AIMessage) =>
        show(message, { config: getConfig(), asked: request.messages, model: request.model.getName() });
      const drift: PersonaDrift[] = [];
      let reply: AIMessage | undefined;
      const end = await guardedTurn({
        ...turn,
        index: turnsIn(state.messages),
        messages: request.messages,
        call: async (messages) => {
          const ask = async () => handler({ ...request, messages: [...messages] });
          reply = await (isHeldBack ? quietly(ask) : ask());
          return draftIn(reply, request.responseFormat !== undefined);
        },
        onJudged: async ({ event, draft, plan }) => {
          drift.push(...(await told(event, runtime)));
          const { id: messageId } = draft.message;
          const isTakenBack = ["reprompt", "block", "replace"].includes(plan.action);
          if (isTakenBack && !isHeldBack && policy.mode !== "shadow" && messageId !== undefined)
            await sendLive({ type: "persona_retract", messageId, eventId: event.id }, runtime.writer);
        },
      });
      const kept = { key: sessionKey(guard), snapshot: guard.sessionSnapshot(session) };
      writeState(runtime.configurable, { drift, session: kept });
      if (end === undefined) return reply as AIMessage; // what the framework itself gave us
      const { delivered, isNew } = isHeldBack ? { delivered: end.delivered, isNew: true } : streamed(end);
      if (isNew) await shown(delivered.message);
      const toReview = policy.mode === "shadow" ? new Set<string>() : callsToReview(end.plan);
      for (const call of delivered.message.tool_calls ?? []) {
        if (toReview.has(call.id ?? "")) judged.toReview(session, call, end.judgement);
        else judged.pass(session, call);
      }
      return replyOf(delivered);
    },

    wrapToolCall: async (request, handler) => {
      const { runtime, state, toolCall } = request;
      return guardedCall({
        ...(await standing(runtime, state.messages)),
        index: Math.max(0, turnsIn(state.messages) - 1),
        call: toolCall,
        judged,
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

/** After a draft that was streamed: what was made of it needs an id of its own to be shown beside it. */
function streamed({ draft, delivered, plan }: EndOfTurn) {
  const isNew = plan.action === "block" || plan.action === "replace";
  if (!isNew || draft.structured !== undefined) return { delivered, isNew: false };
  return { delivered: withMessage(delivered, copyOf(delivered.message, { id: randomUUID() })), isNew };
}
