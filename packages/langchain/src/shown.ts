import { convertChunksToEvents } from "@langchain/core/language_models/compat";
import { type AIMessage, AIMessageChunk, type BaseMessage } from "@langchain/core/messages";
import { ChatGenerationChunk } from "@langchain/core/outputs";
import type { RunnableConfig } from "@langchain/core/runnables";
import { isStreamHandler, managerWithout } from "./quiet.js";

/**
 * Shows a message to the readers of streams as if the model had just written it, in one piece: in `messages`, in streamEvents v3
 * and v2. What LangGraph adds at the end of a node it leaves out again, by the message's id.
 *
 * Only the handlers of streams are called, so that no tracer counts the model's tokens twice.
 *
 * @param config of the node, as `getConfig()` gives it
 * @param asked what the model was asked, without any rejected draft
 */
export async function show(
  message: AIMessage,
  {
    config,
    asked,
    model,
  }: { config: RunnableConfig | undefined; asked: readonly BaseMessage[]; model: string },
): Promise<void> {
  const { callbacks } = config ?? {};
  // Inside of a run it is always a manager, into which LangChain puts the list that a user gave.
  if (callbacks === undefined || Array.isArray(callbacks) || !callbacks.handlers.some(isStreamHandler))
    return;
  const readers = managerWithout(callbacks, (handler) => !isStreamHandler(handler));
  const [run] = await readers.handleChatModelStart(
    { lc: 1, type: "not_implemented", id: ["persona_guard", model] },
    [[...asked]],
    undefined,
    undefined,
    {},
    undefined,
    undefined,
    model,
  );
  if (run === undefined) return;
  const chunk = new ChatGenerationChunk({ text: message.text, message: chunkOf(message) });
  for await (const event of convertChunksToEvents(one(chunk))) await run.handleChatModelStreamEvent(event);
  await run.handleLLMNewToken(message.text, undefined, undefined, undefined, undefined, { chunk });
  await run.handleLLMEnd({ generations: [[{ text: message.text, message } as ChatGenerationChunk]] });
}

export function chunkOf(message: AIMessage): AIMessageChunk {
  const { content, id, name, additional_kwargs, response_metadata, usage_metadata } = message;
  return new AIMessageChunk({
    content,
    additional_kwargs,
    response_metadata,
    tool_call_chunks: (message.tool_calls ?? []).map(({ id: callId, name: tool, args }, index) => ({
      type: "tool_call_chunk",
      name: tool,
      args: JSON.stringify(args),
      index,
      ...(callId === undefined ? {} : { id: callId }),
    })),
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(usage_metadata === undefined ? {} : { usage_metadata }),
  });
}

async function* one<T>(value: T): AsyncGenerator<T> {
  yield value;
}
