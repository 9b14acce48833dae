import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { CallbackManager, Callbacks } from "@langchain/core/callbacks/manager";
import type { RunnableConfig } from "@langchain/core/runnables";
import { getConfig } from "@langchain/langgraph";

/**
 * The handlers by which what a model writes reaches the reader of a stream: `messages`, streamEvents v3 and v2, streamLog.
 * Internal names of LangChain, pinned by the tests.
 */
const streamHandlers =
  /^(?:StreamMessagesHandler|StreamProtocolMessagesHandler|event_stream_tracer|log_stream_tracer)$/;
/** Hides a model from `messages` and v3 as well, should a handler go by another name one day. */
const hiddenTag = "nostream";

/**
 * Runs a node's model unseen: nothing of it reaches a stream, while tracing and the user's own callback handlers see it as ever.
 *
 * The node's config is what LangChain hands to the model, whatever stands between: a binding, a sequence, another middleware. A
 * tag or other callbacks on the model alone would miss what is around it.
 */
export async function quietly<T>(run: () => T | Promise<T>): Promise<T> {
  const config: RunnableConfig | undefined = getConfig();
  if (config === undefined) return run();
  const { callbacks, tags } = config;
  Object.assign(config, quietConfig(config));
  try {
    return await run();
  } finally {
    Object.assign(config, { callbacks, tags });
  }
}

/** A config under which nothing reaches a stream. */
export function quietConfig({ callbacks, tags = [], ...rest }: RunnableConfig): RunnableConfig {
  return {
    ...rest,
    tags: [...tags, hiddenTag],
    ...(callbacks === undefined ? {} : { callbacks: quietCallbacks(callbacks) }),
  };
}

function quietCallbacks(callbacks: Callbacks): Callbacks {
  return Array.isArray(callbacks)
    ? callbacks.filter((handler) => !isStreamHandler(handler))
    : managerWithout(callbacks, isStreamHandler);
}

/** Whether a handler shows what a model writes to the reader of a stream. */
export function isStreamHandler(handler: object): boolean {
  return "name" in handler && typeof handler.name === "string" && streamHandlers.test(handler.name);
}

/** A copy of the manager without some of its handlers. */
export function managerWithout(
  manager: CallbackManager,
  isUnwanted: (handler: BaseCallbackHandler) => boolean,
): CallbackManager {
  const copy = manager.copy([]);
  for (const handler of [...copy.handlers]) if (isUnwanted(handler)) copy.removeHandler(handler);
  return copy;
}
