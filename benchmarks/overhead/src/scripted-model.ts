import { setTimeout } from "node:timers/promises";
import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";

/** A model that writes an email by a tool call, then says the same to the user: two steps, without any network. */
export class ScriptedModel extends BaseChatModel {
  /** @param thinkingMs time that the model takes for an answer, in milliseconds */
  constructor(readonly thinkingMs: number) {
    super({});
  }

  _llmType(): string {
    return "scripted";
  }

  override bindTools(): this {
    return this;
  }

  /** The text to write is the user's message. */
  async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    if (this.thinkingMs > 0) await setTimeout(this.thinkingMs);
    const text = messages.find(({ type }) => type === "human")?.text ?? "";
    const message = messages.some((one) => ToolMessage.isInstance(one))
      ? new AIMessage(text)
      : new AIMessage({
          content: "",
          tool_calls: [{ id: "c1", name: "send_email", args: { body: text } }],
        });
    return { generations: [{ text: message.text, message }] };
  }
}
