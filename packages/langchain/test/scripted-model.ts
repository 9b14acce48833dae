import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import type { Completion } from "@persona-guard/testing";

/** A chat model of somebody's own that plays completions, streaming word by word where it is asked to stream. */
export class ScriptedModel extends BaseChatModel {
  readonly requests: (readonly BaseMessage[])[] = [];

  constructor(readonly completions: readonly Completion[]) {
    super({});
  }

  override _llmType(): string {
    return "scripted";
  }

  override bindTools(): this {
    return this;
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const { content = "", toolCalls = [] } = this.#next(messages);
    const message = new AIMessage({
      content,
      tool_calls: toolCalls.map(({ name, args }, at) => ({ name, args: Object(args), id: this.#callId(at) })),
    });
    return { generations: [{ text: content, message }] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    _options: unknown,
    run?: Parameters<BaseChatModel["_streamResponseChunks"]>[2],
  ): AsyncGenerator<ChatGenerationChunk> {
    const { content = "", toolCalls = [] } = this.#next(messages);
    for (const word of content.match(/\S+\s*/g) ?? []) {
      const chunk = new ChatGenerationChunk({ text: word, message: new AIMessageChunk({ content: word }) });
      yield chunk;
      await run?.handleLLMNewToken(word, undefined, undefined, undefined, undefined, { chunk });
    }
    const calls = toolCalls.map(({ name, args }, index) => ({
      type: "tool_call_chunk" as const,
      id: this.#callId(index),
      name,
      args: JSON.stringify(args),
      index,
    }));
    const chunk = new ChatGenerationChunk({
      text: "",
      message: new AIMessageChunk({ content: "", tool_call_chunks: calls }),
    });
    yield chunk;
    await run?.handleLLMNewToken("", undefined, undefined, undefined, undefined, { chunk });
  }

  #next(messages: readonly BaseMessage[]): Completion {
    const completion = this.completions[this.requests.push(messages) - 1];
    if (completion === undefined)
      throw new Error(`No completion is scripted for request ${this.requests.length}.`);
    return completion;
  }

  #callId(at: number): string {
    return `call_${this.requests.length}_${at + 1}`;
  }
}
