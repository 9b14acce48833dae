import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { BaseMessage } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import { type ModelTurn, ModelTurns } from "./model-turns.js";

/** A callback handler that is told of each turn of a chat model, at its place in its session. */
export abstract class ModelTurnHandler extends BaseCallbackHandler {
  readonly #turns = new ModelTurns();

  /** @param runId of the model */
  protected abstract onTurn(turn: ModelTurn, runId: string): void;

  override handleChatModelStart(
    _model: unknown,
    messages: BaseMessage[][],
    runId: string,
    parentRunId?: string,
    _extra?: unknown,
    _tags?: string[],
    metadata?: Record<string, unknown>,
  ): void {
    this.#turns.begin(messages[0] ?? [], { runId, parentRunId }, metadata);
  }

  override handleLLMEnd(output: LLMResult, runId: string): void {
    const turn = this.#turns.end(output, runId);
    if (turn !== undefined) this.onTurn(turn, runId);
  }

  override handleLLMError(_error: unknown, runId: string): void {
    this.#turns.fail(runId);
  }
}
