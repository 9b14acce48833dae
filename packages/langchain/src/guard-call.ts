import type { AIMessage, BaseMessage, ToolMessage } from "@langchain/core/messages";
import { askPerson } from "./ask-person.js";
import { guardedCall } from "./guarded-call.js";
import { JudgedCalls } from "./judged-calls.js";
import { type GuardOptions, type NodeConfig, outside } from "./outside.js";
import { turnsIn } from "./session-of.js";
import { judgedFor } from "./verdict-metadata.js";

export type Call = NonNullable<AIMessage["tool_calls"]>[number];

/** What became of a call. */
export type Outcome<Result> = { readonly ran: Result } | { readonly refused: ToolMessage };

/** Where a call is made. */
export interface CallPlace {
  readonly config: NodeConfig;
  /** The messages so far, where they are known: what a guard let pass in the model's turn is not judged again. */
  readonly history: readonly BaseMessage[];
}

/** Judges calls before they run, outside of `createAgent`. @throws PersonaGuardError "options-invalid" */
export function guardCall<Context>(options: GuardOptions<Context>) {
  const standingIn = outside(options);
  const judged = new JudgedCalls();
  return async <Result>(
    call: Call,
    { config, history }: CallPlace,
    run: (call: Call) => Promise<Result> | Result,
  ): Promise<Outcome<Result>> => {
    const standing = await standingIn(config, history);
    const result = await guardedCall({
      ...standing,
      index: Math.max(0, turnsIn(history) - 1),
      call,
      judged,
      // What the guard of another persona let pass is not judged for this one.
      history: history.filter((message) => judgedFor(message) === standing.guard.persona.name),
      run: async (allowed) => ({ ran: await run(allowed) }),
      review: askPerson,
      onJudged: standing.tell,
    });
    return "ran" in result ? result : { refused: result };
  };
}
