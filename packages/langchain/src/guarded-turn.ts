import type { BaseMessage, UsageMetadata } from "@langchain/core/messages";
import type { DriftEvent, JudgedUtterance, Judgement, PersonaGuard, Step } from "@persona-guard/core";
import { correctionFor, redraftMessages } from "./correction.js";
import { copyOf, type Draft, withMessage } from "./draft.js";
import type { Report } from "./event-log.js";
import { markJudged } from "./judged-drafts.js";
import { type LostFacts, lostFacts } from "./lost-facts.js";
import { type Plan, planFor } from "./plan.js";
import type { Policy } from "./policy.js";
import { settled } from "./settled.js";
import { stepOfMessage } from "./step-of-message.js";
import { timed } from "./timed.js";
import { hashOf, metadataOf } from "./verdict-metadata.js";

/** One turn of a model, under a guard. */
export interface GuardedTurn {
  readonly guard: PersonaGuard;
  readonly policy: Policy;
  readonly report: Report;
  readonly session: string;
  /** Of the turn in its session, from 0. */
  readonly index: number;
  /** What the model is asked. */
  readonly messages: readonly BaseMessage[];
  /** Asks the model; undefined if what it gave is not ours to judge. */
  call(messages: readonly BaseMessage[]): Promise<Draft | undefined>;
  /** Told of each judged draft before anything is done about it. */
  onJudged?(judged: JudgedDraft): void | Promise<void>;
}

/** A draft, what was found in it, and what is done about it. */
export interface JudgedDraft {
  readonly draft: Draft;
  readonly judgement: Judgement;
  readonly plan: Plan;
  readonly event: DriftEvent;
}

/** What a turn ends with. */
export interface EndOfTurn extends JudgedDraft {
  /** What may be delivered: its message carries the verdict in `response_metadata.persona_guard`. */
  readonly delivered: Draft;
}

/**
 * The model's turn under a guard: every draft is judged, one at fault is asked for again, and what is at fault in the last one is
 * dealt with as the policy says. A further request has the first one as its prefix, so that a provider's prompt cache holds.
 *
 * @returns undefined if the model gave something that is not ours to judge
 */
export async function guardedTurn(turn: GuardedTurn): Promise<EndOfTurn | undefined> {
  const { guard, policy, messages } = turn;
  let request = messages;
  let first: First | undefined;
  for (let attempt = 1; ; attempt++) {
    const draft = await turn.call(request);
    if (draft === undefined) return undefined;
    const judged = await judgedDraft(turn, draft, { attempt, first });
    await turn.onJudged?.(judged);
    const { judgement, plan, lost } = judged;
    if (policy.mode === "shadow") return { ...judged, delivered: draft };
    if (plan.action !== "reprompt") return { ...judged, delivered: delivered(judged, policy) };
    first ??= { confidence: judgement.confidence, drifted: driftedIn(judgement) };
    const correction = correctionFor(judgement, guard.persona, lost?.facts);
    request = [...messages, ...redraftMessages(draft.messages, draft.message.tool_calls, correction)];
  }
}

/** What redrafts are compared with. */
interface First {
  readonly confidence: number | undefined;
  readonly drifted: readonly JudgedUtterance[];
}

async function judgedDraft(
  { guard, policy, report, session, index, messages }: GuardedTurn,
  draft: Draft,
  { attempt, first }: { readonly attempt: number; readonly first: First | undefined },
): Promise<JudgedDraft & { readonly lost?: LostFacts }> {
  const whole = stepOfMessage(draft.message, { session, index, structured: draft.structured });
  const step = partOf(whole, policy);
  const { judgement, scoringMs } = await timed(() =>
    guard.judge(step, { draft: first === undefined ? "first" : "redraft" }),
  );
  markJudged(draft.message, guard.persona.name);
  const lost =
    first === undefined ? undefined : lostFacts(first.drifted, { step: whole, judgement }, messages);
  const plan = await planFor(judgement, policy, { attempt, lost: lost?.utterances ?? [] });
  const before = judgement.outcome === "in-persona" ? first?.confidence : undefined;
  const event = report({
    guard,
    judgement,
    action: plan.action,
    attempt,
    scoringMs,
    ...(before === undefined ? {} : { rescue: { before, after: judgement.confidence ?? 0 } }),
    ...(plan.action === "reprompt" ? rejectedTokens(draft.message.usage_metadata) : {}),
    ...(lost === undefined ? {} : { lostFacts: lost.counts }),
    ...(policy.mode === "shadow" ? { mode: policy.mode } : {}),
  });
  return { draft, judgement, plan, event, ...(lost === undefined ? {} : { lost }) };
}

/** The part of a step that the policy applies to. */
function partOf(step: Step, { applyToReplies, applyToToolCalls }: Policy): Step {
  return {
    ...step,
    ...(applyToReplies ? {} : { text: "" }),
    ...(applyToToolCalls ? {} : { toolCalls: [] }),
  };
}

function driftedIn({ utterances }: Judgement): readonly JudgedUtterance[] {
  return utterances.filter(({ verdict }) => verdict.outcome === "drifted");
}

function delivered({ draft, judgement, plan, event }: JudgedDraft, policy: Policy): Draft {
  const left = settled(draft, plan, { judgement, policy });
  const awaitReview = callsToReview(plan);
  const judgedCalls = policy.applyToToolCalls ? (left.message.tool_calls ?? []) : [];
  const calls = Object.fromEntries(
    judgedCalls.flatMap(({ id, args }) =>
      id === undefined || awaitReview.has(id) ? [] : [[id, hashOf(args)]],
    ),
  );
  return withMessage(left, copyOf(left.message, { metadata: metadataOf(event, calls) }));
}

/** Ids of the calls that a person is to decide on before they run. */
export function callsToReview({ ends }: Plan): ReadonlySet<string> {
  const sources = ends.flatMap(({ action, judged }) =>
    action === "interrupt" ? [judged.utterance.source] : [],
  );
  return new Set(
    sources.flatMap((source) =>
      source.from === "tool" && source.callId !== undefined ? [source.callId] : [],
    ),
  );
}

function rejectedTokens(usage: UsageMetadata | undefined) {
  return usage === undefined
    ? {}
    : { rejectedTokens: { input: usage.input_tokens, output: usage.output_tokens } };
}
