import type { RunnableConfig } from "@langchain/core/runnables";
import { AsyncLocalStorageProviderSingleton } from "@langchain/core/singletons";

/**
 * A runnable that differs in `invoke` alone, also when `batch`, `stream` or a sequence calls it: it keeps its name, its schema and
 * its class to whoever asks.
 */
export function withInvoke<Target extends object>(
  target: Target,
  invoke: (input: unknown, config: RunnableConfig) => Promise<unknown>,
): Target {
  // What is called in there, such as `interrupt`, finds the config where LangChain's own runnables put it.
  const inConfig = (input: unknown, config?: RunnableConfig) =>
    config === undefined
      ? invoke(input, {})
      : AsyncLocalStorageProviderSingleton.runWithConfig(config, () => invoke(input, config));
  return new Proxy(target, {
    get: (from, key, proxy) => (key === "invoke" ? inConfig : Reflect.get(from, key, proxy)),
  });
}
