import { type EventEmitter, on } from "node:events";

/** The values of an emitter's event as they come, kept from now on until they are read; ends with `until`. */
export function emitted<Value>(
  emitter: EventEmitter,
  event: string,
  until: AbortSignal,
): AsyncGenerator<Value> {
  const emissions = on(emitter, event, { signal: until });
  return (async function* () {
    try {
      for await (const [value] of emissions) yield value;
    } catch (error) {
      if (!until.aborted) throw error;
    }
  })();
}
