import { setTimeout } from "node:timers/promises";
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";

/** A chat model that plays replies in order and takes its time for each word, streamed or not. */
export class SlowModel extends BaseChatModel {
  #turn = 0;

  constructor(
    readonly replies: readonly string[],
    readonly msPerWord: number,
  ) {
    super({});
  }

  override _llmType(): string {
    return "slow";
  }

  override bindTools(): this {
    return this;
  }

  override async _generate(): Promise<ChatResult> {
    const text = this.#next();
    await setTimeout(wordsOf(text).length * this.msPerWord);
    return { generations: [{ text, message: new AIMessage(text) }] };
  }

  override async *_streamResponseChunks(
    _messages: BaseMessage[],
    _options: unknown,
    run?: Parameters<BaseChatModel["_streamResponseChunks"]>[2],
  ): AsyncGenerator<ChatGenerationChunk> {
    for (const word of wordsOf(this.#next())) {
      await setTimeout(this.msPerWord);
      const chunk = new ChatGenerationChunk({ text: word, message: new AIMessageChunk({ content: word }) });
      yield chunk;
      await run?.handleLLMNewToken(word, undefined, undefined, undefined, undefined, { chunk });
    }
  }

  #next(): string {
    return this.replies[this.#turn++] ?? "";
  }
}

export function wordsOf(text: string): readonly string[] {
  return text.match(/\S+\s*/g) ?? [];
}
