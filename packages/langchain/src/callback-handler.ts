import { awaitAllCallbacks } from "@langchain/core/callbacks/promises";
import type { PersonaGuard } from "@persona-guard/core";
import { type EventLogOptions, eventLog } from "./event-log.js";
import { isJudged } from "./judged-drafts.js";
import { ModelTurnHandler } from "./model-turn-handler.js";
import type { ModelTurn } from "./model-turns.js";
import { type GuardSource, guardOf } from "./options.js";
import { timed } from "./timed.js";

/** Turns that wait to be judged; what comes on top is counted in `dropped` and not judged. */
const mostPending = 1_000;
/** Runs that asked a model and go on, as far as we know: a stream that is left may never end. The oldest is then taken as ended. */
const mostHeld = 1_000;

export type PersonaDriftCallbackHandlerOptions = GuardSource & EventLogOptions;

/**
 * Watches any LangChain model, chain or graph: every chat model turn is judged and logged, nothing is changed or held up.
 * What a guard (middleware, `guardModel`) of the same persona has judged is not judged and logged a second time. An agent inside
 * another has a session of its own.
 *
 * Judging happens in the handler's own queue, when the run that asked the model ends; call `flush()` before the process ends.
 *
 * @example
 * const drift = new PersonaDriftCallbackHandler({ persona: "./persona.yaml" });
 * await chain.invoke(input, { callbacks: [drift] });
 * await drift.flush();
 */
export class PersonaDriftCallbackHandler extends ModelTurnHandler {
  readonly name = "PersonaDriftCallbackHandler";
  /** Turns that were not judged because the queue was full. */
  dropped = 0;
  readonly #guard: Promise<PersonaGuard>;
  readonly #report: ReturnType<typeof eventLog>;
  /** Turns whose asker still runs: a guard judges them, if there is one, before it ends. */
  readonly #held = new Map<string, ModelTurn[]>();
  #queue: Promise<void> = Promise.resolve();
  #pending = 0;

  constructor(options: PersonaDriftCallbackHandlerOptions) {
    super({ raiseError: false, _awaitHandler: false });
    this.#guard = guardOf(options);
    this.#report = eventLog(options);
  }

  protected override onTurn(turn: ModelTurn, runId: string): void {
    this.#held.set(turn.asker, [...(this.#held.get(turn.asker) ?? []), turn]);
    if (turn.asker === runId) this.#release(runId);
    else if (this.#held.size > mostHeld) this.#release(this.#held.keys().next().value ?? "");
  }

  override handleChainEnd(_output: unknown, runId: string): void {
    this.#release(runId);
  }

  override handleChainError(_error: unknown, runId: string): void {
    this.#release(runId);
  }

  /** Resolves when every turn so far is judged and logged. @throws what `loadGuard` throws */
  async flush(): Promise<void> {
    // LangChain calls handlers in the background: without this, the last turns of a run may not have reached us.
    await awaitAllCallbacks();
    for (const asker of [...this.#held.keys()]) {
      this.#release(asker);
      await this.#queue;
    }
    await this.#queue;
    await this.#guard;
  }

  #release(asker: string): void {
    const turns = this.#held.get(asker) ?? [];
    this.#held.delete(asker);
    for (const turn of turns) {
      if (this.#pending >= mostPending) {
        this.dropped++;
        continue;
      }
      this.#pending++;
      this.#queue = this.#queue.then(() => this.#judge(turn)).finally(() => this.#pending--);
    }
  }

  async #judge({ step, message, attempt }: ModelTurn): Promise<void> {
    try {
      const guard = await this.#guard;
      if (isJudged(message, guard.persona.name)) return;
      const { judgement, scoringMs } = await timed(() =>
        guard.judge(step, { draft: attempt === 1 ? "first" : "redraft" }),
      );
      const action = judgement.outcome === "drifted" ? "log" : "none";
      this.#report({ guard, judgement, action, attempt, scoringMs });
    } catch {
      // Only loading the guard can fail here; flush() throws that, the watched chain must not.
    }
  }
}
