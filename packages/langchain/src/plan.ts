import {
  type Action,
  actions,
  type JudgedUtterance,
  type Judgement,
  PersonaGuardError,
  type Utterance,
} from "@persona-guard/core";
import { type DriftAction, type FinalAction, type OnDrift, type Policy, policyFor } from "./policy.js";

/** What is done about a draft. */
export interface Plan {
  /** Of the step as a whole: "reprompt", or the strongest of the ends. */
  readonly action: Action;
  /** What becomes of each utterance at fault, if no other draft is asked for. */
  readonly ends: readonly { readonly judged: JudgedUtterance; readonly action: FinalAction }[];
}

const strongestFirst = ["block", "interrupt", "replace", "log"] as const satisfies readonly FinalAction[];

/**
 * Decides what is done about a judged draft.
 *
 * @param attempt 1 for the first draft
 * @param lost the utterances of a redraft that lost facts of the first draft
 */
export async function planFor(
  judgement: Judgement,
  policy: Policy,
  { attempt, lost = [] }: { readonly attempt: number; readonly lost?: readonly Utterance[] },
): Promise<Plan> {
  const wanted = await Promise.all(
    judgement.utterances.flatMap((judged) => {
      const isLost = lost.includes(judged.utterance);
      const action = wantedAction(judged, { judgement, policy, isLost });
      return action === undefined ? [] : [action.then((chosen) => ({ judged, action: chosen }))];
    }),
  );
  const mayAsk = attempt <= policy.maxReprompts;
  if (mayAsk && wanted.some(({ action }) => action === "reprompt")) return { action: "reprompt", ends: [] };
  const ends = wanted.map(({ judged, action }) => ({
    judged,
    action: endOf(action === "reprompt" ? policyFor(policy, judged.utterance).onExhausted : action, judged),
  }));
  const strongest = strongestFirst.find((action) => ends.some((end) => end.action === action));
  return { action: strongest ?? "none", ends };
}

/** Whether the draft is not delivered as it is. */
export function isChangedBy({ action, ends }: Plan): boolean {
  return action === "reprompt" || ends.some((end) => end.action === "block" || end.action === "replace");
}

function wantedAction(
  judged: JudgedUtterance,
  about: { readonly judgement: Judgement; readonly policy: Policy; readonly isLost: boolean },
): Promise<DriftAction> | undefined {
  const { judgement, policy, isLost } = about;
  const { outcome } = judged.verdict;
  if (outcome === "drifted") return chosen(policyFor(policy, judged.utterance).onDrift, judgement, judged);
  if (outcome === "unscored" && policy.onError === "block") return Promise.resolve("block");
  return isLost ? Promise.resolve(policy.onLostFacts) : undefined;
}

async function chosen(onDrift: OnDrift, judgement: Judgement, judged: JudgedUtterance): Promise<DriftAction> {
  if (typeof onDrift !== "function") return onDrift;
  const action: unknown = await onDrift(judgement, judged);
  if (actions.includes(action as Action) && action !== "none") return action as DriftAction; // just looked up
  throw new PersonaGuardError(
    "options-invalid",
    `onDrift returned ${JSON.stringify(action)}; it must return one of ${actions.slice(1).join(", ")}.`,
  );
}

/** A person can be asked only in front of a tool: a reply or a structured answer that would need one is blocked. */
function endOf(action: FinalAction, { utterance: { source } }: JudgedUtterance): FinalAction {
  const canWait = source.from === "tool" && source.callId !== undefined;
  return action === "interrupt" && !canWait ? "block" : action;
}
