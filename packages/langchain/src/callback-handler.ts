import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { AIMessage } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import type { PersonaGuard } from "@persona-guard/core";
import { type EventLogOptions, eventLog } from "./event-log.js";
import { type GuardSource, guardOf } from "./options.js";
import { stepOfMessage } from "./step-of-message.js";
import { timed } from "./timed.js";

/** Turns that wait to be judged; what comes on top is counted in `dropped` and not judged. */
const mostPending = 1_000;

export type PersonaDriftCallbackHandlerOptions = GuardSource & EventLogOptions;

/**
 * Watches any LangChain model, chain or graph: every chat model turn is judged and logged, nothing is changed or held up.
 *
 * Judging happens in the handler's own queue; call `flush()` before the process ends.
 *
 * @example
 * const drift = new PersonaDriftCallbackHandler({ persona: "./persona.yaml" });
 * await chain.invoke(input, { callbacks: [drift] });
 * await drift.flush();
 */
export class PersonaDriftCallbackHandler extends BaseCallbackHandler {
  readonly name = "PersonaDriftCallbackHandler";
  /** Turns that were not judged because the queue was full. */
  dropped = 0;
  readonly #guard: Promise<PersonaGuard>;
  readonly #report: ReturnType<typeof eventLog>;
  readonly #runs = new Map<string, { readonly session: string; readonly index: number }>();
  readonly #turns = new Map<string, number>();
  #queue: Promise<void> = Promise.resolve();
  #pending = 0;

  constructor(options: PersonaDriftCallbackHandlerOptions) {
    super({ raiseError: false, _awaitHandler: false });
    this.#guard = guardOf(options);
    this.#report = eventLog(options);
  }

  override handleChatModelStart(
    _model: unknown,
    _messages: unknown,
    runId: string,
    parentRunId?: string,
    _extra?: unknown,
    _tags?: string[],
    metadata?: Record<string, unknown>,
  ): void {
    const session = typeof metadata?.thread_id === "string" ? metadata.thread_id : (parentRunId ?? runId);
    const index = this.#turns.get(session) ?? 0;
    this.#turns.set(session, index + 1);
    if (this.#turns.size > mostPending) this.#turns.delete(this.#turns.keys().next().value ?? "");
    this.#runs.set(runId, { session, index });
  }

  override handleLLMEnd(output: LLMResult, runId: string): void {
    const place = this.#runs.get(runId) ?? { session: runId, index: 0 };
    this.#runs.delete(runId);
    const generation = output.generations[0]?.[0];
    const message = generation !== undefined && "message" in generation ? generation.message : undefined;
    if (!AIMessage.isInstance(message)) return;
    if (this.#pending >= mostPending) {
      this.dropped++;
      return;
    }
    this.#pending++;
    this.#queue = this.#queue.then(() => this.#judge(message, place)).finally(() => this.#pending--);
  }

  override handleLLMError(_error: unknown, runId: string): void {
    this.#runs.delete(runId);
  }

  /** Resolves when every turn seen so far is judged and logged. @throws what `loadGuard` throws */
  async flush(): Promise<void> {
    await this.#queue;
    await this.#guard;
  }

  async #judge(
    message: AIMessage,
    place: { readonly session: string; readonly index: number },
  ): Promise<void> {
    try {
      const guard = await this.#guard;
      const { judgement, scoringMs } = await timed(() => guard.judge(stepOfMessage(message, place)));
      const action = judgement.outcome === "drifted" ? "log" : "none";
      this.#report({ guard, judgement, action, attempt: 1, scoringMs });
    } catch {
      // Only loading the guard can fail here; flush() throws that, the watched chain must not.
    }
  }
}
