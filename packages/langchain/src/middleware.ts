import { AIMessage, type BaseMessage, ToolMessage, type UsageMetadata } from "@langchain/core/messages";
import type { Action, Judgement } from "@persona-guard/core";
import { type AgentMiddleware, createMiddleware } from "langchain";
import { correctionFor, redraftMessages } from "./correction.js";
import { type EventLogOptions, eventLog } from "./event-log.js";
import { type GuardSource, guardOf, personaNameOf, refuseInvalid } from "./options.js";
import { stepOfMessage } from "./step-of-message.js";
import { timed } from "./timed.js";
import { withheld } from "./withheld.js";

export interface DriftPolicy {
  /** What a drifting draft leads to: a note, a new draft, or its removal. @default "reprompt" */
  readonly onDrift?: "log" | "reprompt" | "block";
  /** New drafts asked for per step, 0 to 10. @default 2 */
  readonly maxReprompts?: number;
  /** When the last draft still drifts: remove what drifts, or let it pass with a log line. @default "block" */
  readonly onExhausted?: "log" | "block";
  /** Arguments that a person or another middleware changed after our verdict and that drift. @default "log" */
  readonly onEdit?: "log" | "block";
  /** When a draft cannot be scored: let it pass, or remove it. Logged and counted either way. @default "allow" */
  readonly onError?: "allow" | "block";
  /** What stands in the place of removed text. */
  readonly notice?: string;
}

export type PersonaGuardMiddlewareOptions = GuardSource & DriftPolicy & EventLogOptions;

const defaultNotice = "This message was withheld because it did not match the agent's persona.";
/** Tool calls remembered between the model's turn and the tool's, over all sessions. */
const mostPendingCalls = 10_000;

/**
 * Keeps a `createAgent` agent in its persona: every draft is judged before it enters the history, a drifting one is
 * written again by the model, and what still drifts does not leave.
 *
 * @throws PersonaGuardError "options-invalid"; at the first step also what `loadGuard` throws
 * @example
 * createAgent({ model, tools, middleware: [personaGuardMiddleware({ persona: "./persona.yaml" })] });
 */
export function personaGuardMiddleware(options: PersonaGuardMiddlewareOptions): AgentMiddleware {
  refuseInvalid(options);
  const policy = {
    onDrift: options.onDrift ?? "reprompt",
    maxReprompts: options.maxReprompts ?? 2,
    onExhausted: options.onExhausted ?? "block",
    onEdit: options.onEdit ?? "log",
    onError: options.onError ?? "allow",
    notice: options.notice ?? defaultNotice,
  } satisfies Required<DriftPolicy>;
  const report = eventLog(options);
  const loading = guardOf(options);
  const judgedCalls = new Map<string, string>();

  return createMiddleware({
    name: `PersonaGuardMiddleware[${personaNameOf(options)}]`,

    wrapModelCall: async (request, handler) => {
      const guard = await loading;
      const session = sessionOf(request.runtime, request.messages);
      const index = turnsIn(request.messages);
      let current = request;
      let before: number | undefined;
      for (let attempt = 1; ; attempt++) {
        const reply: unknown = await handler(current);
        const draft = draftIn(reply, request.responseFormat !== undefined);
        // A Command or an unfinished structured answer is the framework's own business.
        if (draft === undefined) return reply as AIMessage; // the value that the framework itself gave us
        const step = stepOfMessage(draft.message, { session, index, structured: draft.structured });
        const { judgement, scoringMs } = await timed(() =>
          guard.judge(step, { draft: attempt === 1 ? "first" : "redraft" }),
        );
        const action = actionFor(judgement, policy, attempt);
        const rescued = before !== undefined && judgement.outcome === "in-persona";
        report({
          guard,
          judgement,
          action,
          attempt,
          scoringMs,
          ...(rescued && before !== undefined
            ? { rescue: { before, after: judgement.confidence ?? 0 } }
            : {}),
          ...(action === "reprompt" ? rejectedTokens(draft.message.usage_metadata) : {}),
        });
        if (action === "reprompt") {
          before ??= judgement.confidence;
          const correction = correctionFor(judgement, guard.persona);
          const redraft = redraftMessages(draft.messages, draft.message.tool_calls, correction);
          current = { ...request, messages: [...request.messages, ...redraft] };
          continue;
        }
        const settled =
          action === "block"
            ? withheld(draft.message, judgement, {
                outcomes: withheldOutcomes(policy),
                notice: policy.notice,
              })
            : draft.message;
        remember(judgedCalls, session, settled);
        return action === "block" ? settled : (reply as AIMessage); // as above
      }
    },

    wrapToolCall: async (request, handler) => {
      const guard = await loading;
      const { id, name, args } = request.toolCall;
      const session = sessionOf(request.runtime, request.state.messages);
      const known = judgedCalls.get(callKey(session, id));
      if (known === JSON.stringify(args)) return handler(request);
      const draft = new AIMessage({ content: "", tool_calls: [request.toolCall] });
      const step = stepOfMessage(draft, { session, index: Math.max(0, turnsIn(request.state.messages) - 1) });
      const { judgement, scoringMs } = await timed(() => guard.judge(step, { draft: "redraft" }));
      const action = backstopAction(judgement, policy, known === undefined ? "unseen" : "edited");
      report({ guard, judgement, action, attempt: 1, scoringMs });
      if (action !== "block") return handler(request);
      const reason =
        judgement.outcome === "drifted" ? correctionFor(judgement, guard.persona) : policy.notice;
      return new ToolMessage({ tool_call_id: id ?? "", name, status: "error", content: reason });
    },
  });
}

type Policy = Required<DriftPolicy>;

function actionFor(judgement: Judgement, policy: Policy, attempt: number): Action {
  if (judgement.outcome === "drifted") {
    if (policy.onDrift !== "reprompt") return policy.onDrift;
    return attempt <= policy.maxReprompts ? "reprompt" : policy.onExhausted;
  }
  return judgement.outcome === "unscored" && policy.onError === "block" ? "block" : "none";
}

/** A tool call that the model's turn did not show us ("unseen"), or with other arguments than then ("edited"). */
function backstopAction(judgement: Judgement, policy: Policy, origin: "unseen" | "edited"): Action {
  if (judgement.outcome === "unscored") return policy.onError === "block" ? "block" : "none";
  if (judgement.outcome !== "drifted") return "none";
  if (origin === "edited") return policy.onEdit;
  return policy.onDrift === "log" ? "log" : "block";
}

function withheldOutcomes({ onError }: Policy): readonly string[] {
  return onError === "block" ? ["drifted", "unscored"] : ["drifted"];
}

interface Draft {
  readonly message: AIMessage;
  /** Everything the model's turn added: the message, and with a tool-based structured answer also its tool message. */
  readonly messages: readonly BaseMessage[];
  readonly structured?: unknown;
}

/** The AI message in what the handler gave, which with a response format is `{ structuredResponse, messages }`. */
function draftIn(reply: unknown, expectsStructure: boolean): Draft | undefined {
  if (AIMessage.isInstance(reply)) {
    const isStructureRetry =
      expectsStructure && reply.tool_calls?.some(({ name }) => name.startsWith("extract-"));
    return isStructureRetry ? undefined : { message: reply, messages: [reply] };
  }
  if (typeof reply !== "object" || reply === null || !("messages" in reply) || !Array.isArray(reply.messages))
    return undefined;
  const messages: readonly BaseMessage[] = reply.messages;
  const message = messages.findLast((one) => AIMessage.isInstance(one));
  if (message === undefined) return undefined;
  return {
    message,
    messages,
    ...("structuredResponse" in reply ? { structured: reply.structuredResponse } : {}),
  };
}

/** The checkpointer's thread; without one the id of the first message, which is of this run alone. */
function sessionOf(
  runtime: { readonly configurable?: { readonly thread_id?: string } },
  messages: readonly BaseMessage[],
): string {
  return runtime.configurable?.thread_id ?? messages[0]?.id ?? "session";
}

/** The model's turns so far: the position of its next one. */
function turnsIn(messages: readonly BaseMessage[]): number {
  return messages.filter((message) => AIMessage.isInstance(message)).length;
}

function callKey(session: string, callId: string | undefined): string {
  return `${session}\n${callId ?? ""}`;
}

/** Keeps the arguments that were judged, so that the tool's turn judges only what it sees for the first time. */
function remember(judgedCalls: Map<string, string>, session: string, message: AIMessage): void {
  for (const { id, args } of message.tool_calls ?? [])
    judgedCalls.set(callKey(session, id), JSON.stringify(args));
  while (judgedCalls.size > mostPendingCalls) judgedCalls.delete(judgedCalls.keys().next().value ?? "");
}

function rejectedTokens(usage: UsageMetadata | undefined) {
  return usage === undefined
    ? {}
    : { rejectedTokens: { input: usage.input_tokens, output: usage.output_tokens } };
}
