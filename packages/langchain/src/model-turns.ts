import { AIMessage, type BaseMessage, HumanMessage } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import type { Step } from "@persona-guard/core";
import { correctionMark } from "./correction.js";
import { sessionOf, turnsIn } from "./session-of.js";
import { stepOfMessage } from "./step-of-message.js";

/** Sessions whose place is remembered, the least recently used forgotten first. */
const mostSessions = 10_000;

/** A turn of a model, as callbacks tell it. */
export interface ModelTurn {
  readonly step: Step;
  readonly message: AIMessage;
  /** 1 for the first draft of a step, 2 for its first redraft, and so on. */
  readonly attempt: number;
  /** The run (node, lambda or chain) that asked the model; the model's own where nobody did. */
  readonly asker: string;
}

interface Place {
  readonly session: string;
  readonly index: number;
  readonly attempt: number;
}

/**
 * Puts the turns of models, as LangChain's callbacks report them, at their place in their session: the same one as the
 * middleware gives them.
 */
export class ModelTurns {
  readonly #running = new Map<string, Place & Pick<ModelTurn, "asker">>();
  readonly #last = new Map<string, Place>();

  /** The arguments of `handleChatModelStart`. */
  begin(
    messages: readonly BaseMessage[],
    runs: { readonly runId: string; readonly parentRunId: string | undefined },
    metadata: Readonly<Record<string, unknown>> = {},
  ): void {
    const asker = runs.parentRunId ?? runs.runId;
    const session = sessionOf(metadata, messages) ?? asker;
    const last = this.#last.get(session);
    const place =
      last !== undefined && asksAgain(messages)
        ? { ...last, attempt: last.attempt + 1 }
        : {
            session,
            index: Math.max(turnsIn(messages), last === undefined ? 0 : last.index + 1),
            attempt: 1,
          };
    this.#last.delete(session);
    this.#last.set(session, place);
    if (this.#last.size > mostSessions) this.#last.delete(this.#last.keys().next().value ?? "");
    this.#running.set(runs.runId, { ...place, asker });
  }

  /** The arguments of `handleLLMEnd`; undefined for what is no turn of a chat model. */
  end({ generations }: LLMResult, runId: string): ModelTurn | undefined {
    const place = this.#running.get(runId);
    this.#running.delete(runId);
    const generation = generations[0]?.[0];
    const message = generation !== undefined && "message" in generation ? generation.message : undefined;
    if (place === undefined || !AIMessage.isInstance(message)) return undefined;
    return { step: stepOfMessage(message, place), message, attempt: place.attempt, asker: place.asker };
  }

  /** For `handleLLMError`. */
  fail(runId: string): void {
    this.#running.delete(runId);
  }
}

/** Whether the guard rejected the model's last draft and asks for another. */
function asksAgain(messages: readonly BaseMessage[]): boolean {
  const last = messages.at(-1);
  return HumanMessage.isInstance(last) && last.text.startsWith(correctionMark);
}
