import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { Judgement } from "@persona-guard/core";
import { callsToReview, type JudgedDraft } from "./guarded-turn.js";
import { hashOf, passedArguments } from "./verdict-metadata.js";

/** What is known of a tool call before it runs. */
export type Standing =
  | { readonly known: "passed" }
  /** A person is to decide; it was judged and reported. */
  | ({ readonly known: "to-review" } & Reviewable)
  /** Let pass with other arguments. */
  | { readonly known: "edited" }
  | { readonly known: "nothing" };

type Call = NonNullable<AIMessage["tool_calls"]>[number];

interface Reviewable {
  readonly judgement: Judgement;
  /** What the person decides on: the call, with what was to be replaced in it replaced. */
  readonly call: Call;
}

interface Known {
  readonly hash: string;
  readonly toReview?: Reviewable;
}

/** Calls remembered between the model's turn and the tool's, over all sessions. */
const mostCalls = 10_000;

/** Tool calls with the arguments that were judged, so that the tool's turn judges only what it sees for the first time. */
export class JudgedCalls {
  readonly #calls = new Map<string, Known>();

  /** Keeps what was found out in the model's turn about the calls that it delivers. */
  remember(session: string, message: AIMessage, { judgement, plan, event }: JudgedDraft): void {
    const toReview = event.mode === "shadow" ? new Set<string>() : callsToReview(plan);
    for (const call of message.tool_calls ?? []) {
      if (toReview.has(call.id ?? "")) this.toReview(session, call, { judgement, call });
      else this.pass(session, call);
    }
  }

  pass(session: string, call: Call): void {
    this.#remember(session, call, { hash: hashOf(call.args) });
  }

  toReview(session: string, call: Call, toReview: Reviewable): void {
    this.#remember(session, call, { hash: hashOf(call.args), toReview });
  }

  /** @param history asked where memory fails: after a restart what was let pass stands in the message's metadata */
  standingOf(session: string, call: Call, history: readonly BaseMessage[]): Standing {
    const hash = hashOf(call.args);
    const found = this.#calls.get(key(session, call)) ?? passedIn(history, call);
    if (found === undefined) return { known: "nothing" };
    if (found.hash !== hash) return { known: "edited" };
    return found.toReview === undefined ? { known: "passed" } : { known: "to-review", ...found.toReview };
  }

  #remember(session: string, call: Call, found: Known): void {
    this.#calls.set(key(session, call), found);
    if (this.#calls.size > mostCalls) this.#calls.delete(this.#calls.keys().next().value ?? "");
  }
}

function key(session: string, { id }: Call): string {
  return `${session}\n${id ?? ""}`;
}

function passedIn(history: readonly BaseMessage[], { id }: Call): Known | undefined {
  if (id === undefined) return undefined;
  const message = history.findLast(
    (one): one is AIMessage =>
      AIMessage.isInstance(one) && one.tool_calls?.some((call) => call.id === id) === true,
  );
  const hash = message === undefined ? undefined : passedArguments(message, id);
  return hash === undefined ? undefined : { hash };
}
