import { once } from "node:events";
import { pino } from "pino";
import { headlineOf } from "./alert.js";
import type { AlertTarget } from "./alert-target.js";

/** Longest wait for a transport to write what it has. */
const closingMs = 5_000;
const levels = { info: "info", warning: "warn", critical: "error" } as const;

export interface PinoTargetOptions {
  readonly name: string;
  /** Module name of a pino transport, such as "pino/file" or "pino-socket". */
  readonly transport: string;
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** Notices as log lines through any pino transport, which runs in a thread of its own. */
export function pinoTarget({ name, transport, options = {} }: PinoTargetOptions): AlertTarget {
  const stream = pino.transport({ target: transport, options });
  let fault: string | undefined;
  stream.on("error", (error: Error) => {
    fault = error.message;
  });
  const log = pino({ name: "persona-guard" }, stream);
  return {
    name,
    async deliver(notice) {
      if (fault !== undefined) return { outcome: "failed", fault };
      log[levels[notice.severity]](notice, headlineOf(notice));
      return { outcome: "delivered" };
    },
    async close() {
      if (fault !== undefined) return;
      // Its thread does not keep the process alive, which must not end before the last line is written.
      const alive = setInterval(() => undefined, 1_000);
      const closed = once(stream, "close", { signal: AbortSignal.timeout(closingMs) });
      stream.end();
      await closed.catch((error: Error) => {
        fault = error.message;
      });
      clearInterval(alive);
    },
  };
}
