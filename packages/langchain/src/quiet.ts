import type { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { CallbackManager, Callbacks } from "@langchain/core/callbacks/manager";
import { RunnableBinding, type RunnableConfig } from "@langchain/core/runnables";

/**
 * The handlers by which what a model writes reaches the reader of a stream: `messages`, streamEvents v3 and v2, streamLog.
 * Internal names of LangChain, pinned by the tests.
 */
const streamHandlers =
  /^(?:StreamMessagesHandler|StreamProtocolMessagesHandler|event_stream_tracer|log_stream_tracer)$/;
/** Hides a model from `messages` streams, should a handler go by another name one day. */
const hiddenTag = "nostream";

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

/**
 * A model that writes unseen: nothing of it reaches a stream, while tracing and the user's own callback handlers see it as ever.
 *
 * A proxy, so that it stays a chat model to whoever asks (a RunnableBinding in its place would change how LangChain asks for
 * structured answers, and would hide the model's name and profile).
 */
export function quiet<Model extends object>(model: Model): Model {
  if (RunnableBinding.isRunnableBinding(model)) {
    const { kwargs, config, configFactories } = model;
    const bound = quiet(model.bound);
    // A binding like the one that was given, of a model that is quiet.
    return new RunnableBinding({
      bound,
      config,
      ...(kwargs === undefined ? {} : { kwargs }),
      ...(configFactories === undefined ? {} : { configFactories }),
    }) as unknown as Model;
  }
  return new Proxy(model, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function" || key === "constructor") return value;
      if (key === "invoke") {
        return (input: unknown, options?: RunnableConfig) =>
          Reflect.apply(value, target, [input, quietConfig(options)]);
      }
      if (givesModel.has(key))
        return (...given: readonly unknown[]) => quietResult(Reflect.apply(value, target, given));
      return value.bind(target); // for methods that use private fields
    },
  });
}

/** Methods of chat models that give the model that is invoked in the end. */
const givesModel: ReadonlySet<string | symbol> = new Set(["bindTools", "withConfig", "_getModelInstance"]);

function quietResult(result: unknown): unknown {
  if (result instanceof Promise) return result.then(quietResult);
  return typeof result === "object" && result !== null ? quiet(result) : result;
}

function quietConfig(options: RunnableConfig = {}): RunnableConfig {
  const { callbacks, tags = [] } = options;
  return {
    ...options,
    tags: [...tags, hiddenTag],
    ...(callbacks === undefined ? {} : { callbacks: quietCallbacks(callbacks) }),
  };
}

function quietCallbacks(callbacks: Callbacks): Callbacks {
  return Array.isArray(callbacks)
    ? callbacks.filter((handler) => !isStreamHandler(handler))
    : managerWithout(callbacks, isStreamHandler);
}
