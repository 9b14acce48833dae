import { AIMessage, ToolMessage } from "@langchain/core/messages";
import type { Action, DriftEvent, Judgement, PersonaGuard } from "@persona-guard/core";
import type { HITLRequest } from "langchain";
import { correctionFor } from "./correction.js";
import { parseDecision } from "./decision.js";
import { describeJudged } from "./describe-drift.js";
import type { Report } from "./event-log.js";
import type { JudgedCalls } from "./judged-calls.js";
import { type Plan, planFor } from "./plan.js";
import { type Policy, policyFor } from "./policy.js";
import { settled } from "./settled.js";
import { stepOfMessage } from "./step-of-message.js";
import { timed } from "./timed.js";

type Call = NonNullable<AIMessage["tool_calls"]>[number];

/** One tool call that is about to run, under a guard. */
export interface GuardedCall<Result> {
  readonly guard: PersonaGuard;
  readonly policy: Policy;
  readonly report: Report;
  readonly session: string;
  /** Of the model's turn that made the call. */
  readonly index: number;
  readonly call: Call;
  /** What was judged before, in the model's turn. */
  readonly judged: JudgedCalls;
  readonly history: Parameters<JudgedCalls["standingOf"]>[2];
  run(call: Call): Promise<Result> | Result;
  /** Asks a person; undefined if there is none to ask. May throw to suspend the run, and is then asked again. */
  review(request: HITLRequest): unknown;
  onJudged?(event: DriftEvent): void | Promise<void>;
}

/**
 * The last place before an effect: a call that was judged in the model's turn runs, one that was not seen there is judged now, and
 * one that a person is to decide on waits for the decision.
 */
export async function guardedCall<Result>(given: GuardedCall<Result>): Promise<Result | ToolMessage> {
  const { policy, session, call, judged, history } = given;
  if (!policy.applyToToolCalls) return given.run(call);
  const standing = judged.standingOf(session, call, history);
  switch (standing.known) {
    case "passed":
      return given.run(call);
    case "edited":
      return (await edited(given, call)) ?? given.run(call);
    case "to-review":
      return reviewed({ ...given, call: standing.call }, standing.judgement);
    case "nothing":
      return unseen(given);
  }
}

async function unseen<Result>(given: GuardedCall<Result>): Promise<Result | ToolMessage> {
  const { policy, session, call, judged } = given;
  const { judgement, scoringMs } = await judgeCall(given, call);
  const plan = await planFor(judgement, policy, { attempt: 1 });
  // No draft can be asked for here: the refusal goes to the model, which drafts again in its next turn.
  const action = plan.action === "reprompt" ? "block" : plan.action;
  await reported(given, { judgement, scoringMs, action });
  if (policy.mode === "shadow") return given.run(call);
  if (action === "block") return refusal(given, judgement);
  const changed = withReplacements(given, judgement, plan);
  if (action !== "interrupt") return given.run(changed);
  judged.toReview(session, call, { judgement, call: changed });
  return reviewed({ ...given, call: changed }, judgement);
}

function withReplacements(
  { call, policy }: Pick<GuardedCall<unknown>, "call" | "policy">,
  judgement: Judgement,
  plan: Plan,
): Call {
  const message = new AIMessage({ content: "", tool_calls: [call] });
  const left = settled({ message, messages: [message] }, plan, { judgement, policy });
  return left.message.tool_calls?.[0] ?? call;
}

/** Judges arguments that a person or another middleware changed; a refusal if the policy says so. */
async function edited(given: GuardedCall<unknown>, call: Call): Promise<ToolMessage | undefined> {
  const { policy } = given;
  const { judgement, scoringMs } = await judgeCall(given, call);
  const action = actionOnEdit(judgement, policy);
  await reported(given, { judgement, scoringMs, action });
  return action === "block" && policy.mode !== "shadow" ? refusal({ ...given, call }, judgement) : undefined;
}

function actionOnEdit(judgement: Judgement, policy: Policy): Action {
  if (judgement.outcome === "unscored") return policy.onError === "block" ? "block" : "none";
  const drifted = judgement.utterances.filter(({ verdict }) => verdict.outcome === "drifted");
  if (drifted.length === 0) return "none";
  return drifted.some(({ utterance }) => policyFor(policy, utterance).onEdit === "block") ? "block" : "log";
}

async function reviewed<Result>(
  given: GuardedCall<Result>,
  judgement: Judgement,
): Promise<Result | ToolMessage> {
  const { call, session, judged } = given;
  const { name, args, id } = call;
  const answer = given.review({
    actionRequests: [{ name, args, description: describeJudged(call, judgement) }],
    reviewConfigs: [{ actionName: name, allowedDecisions: ["approve", "edit", "reject"] }],
  });
  if (answer === undefined) return refusal(given, judgement);
  const decision = parseDecision(answer, name);
  switch (decision.type) {
    case "approve":
      judged.pass(session, call);
      return given.run(call);
    case "edit": {
      const changed = { ...call, name: decision.editedAction.name, args: decision.editedAction.args };
      return (await edited(given, changed)) ?? given.run(changed);
    }
    case "reject":
      return refusalOf(
        call,
        decision.message ?? `User rejected the tool call for \`${name}\` with id ${id ?? "(none)"}`,
      );
  }
}

function judgeCall({ guard, session, index }: GuardedCall<unknown>, call: Call) {
  const message = new AIMessage({ content: "", tool_calls: [call] });
  return timed(() => guard.judge(stepOfMessage(message, { session, index }), { draft: "redraft" }));
}

async function reported(
  { guard, report, policy, onJudged }: GuardedCall<unknown>,
  judged: { readonly judgement: Judgement; readonly scoringMs: number; readonly action: Action },
): Promise<void> {
  const mode = policy.mode === "shadow" ? { mode: policy.mode } : {};
  await onJudged?.(report({ guard, attempt: 1, ...judged, ...mode }));
}

function refusal(
  { call, guard, policy }: Pick<GuardedCall<unknown>, "call" | "guard" | "policy">,
  judgement: Judgement,
): ToolMessage {
  const isDrift = judgement.outcome === "drifted";
  return refusalOf(call, isDrift ? correctionFor(judgement, guard.persona) : policy.notice);
}

function refusalOf({ id, name }: Call, content: string): ToolMessage {
  return new ToolMessage({ tool_call_id: id ?? "", name, status: "error", content });
}
