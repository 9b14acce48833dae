import { Worker } from "node:worker_threads";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import { ended, stop, threadGate, waitForAtExit } from "./thread-gate.js";
import type {
  Answer,
  FromThread,
  LoadedModel,
  ThreadData,
  ThreadStart,
  ToThread,
} from "./thread-messages.js";

/** Reached from `src` and from `dist` alike: only the compiled file can run in a thread. */
const workerFile = new URL("../dist/encoder-worker.js", import.meta.url);
/** Longest wait for a thread that was told to stop, in milliseconds: it ends after its forward pass, or its loading. */
const stopWaitMs = 5_000;

/** One thread from its start to its end. */
export interface RunningThread {
  /** Rejects with "model-missing", "model-unreadable" or "classifier-failed". */
  readonly loaded: Promise<LoadedModel>;
  post(message: ToThread): void;
  /** Whether the program may not end while the thread lives. */
  holdProgramOpen(isHeld: boolean): void;
  /** Resolves when the thread has ended, or after 5 s if it does not. */
  stop(): Promise<void>;
}

/** @param onLost called once, when the thread has failed to load, has crashed or has ended; it answers nothing after that */
export function startThread(
  start: ThreadStart,
  onAnswer: (answer: Answer) => void,
  onLost: (error: PersonaGuardError) => void,
): RunningThread {
  const gate = threadGate();
  const workerData: ThreadData = { start, gate };
  // Flags of the program, such as --input-type, are not for this thread.
  const worker = new Worker(workerFile, { workerData, execArgv: [] });
  waitForAtExit(gate);
  const exit = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  exit.then(() => ended(gate));
  const loaded = new Promise<LoadedModel>((resolve, reject) => {
    let isLost = false;
    const lost = (error: PersonaGuardError) => {
      reject(error);
      if (!isLost) onLost(error);
      isLost = true;
    };
    worker.on("message", (message: FromThread) => {
      if (message.type === "loaded") resolve(message.model);
      else if (message.type === "not-loaded") lost(new PersonaGuardError(message.code, message.message));
      else onAnswer(message);
    });
    worker.once("error", (cause) => lost(failed(`its thread crashed: ${messageOf(cause)}`, { cause })));
    worker.once("exit", (code) => lost(failed(`its thread ended with exit code ${code}`)));
  });
  loaded.catch(() => undefined); // told by onLost as well, if nobody waits for the loading
  return {
    loaded,
    post: (message) => worker.postMessage(message),
    holdProgramOpen: (isHeld) => (isHeld ? worker.ref() : worker.unref()),
    stop: async () => {
      stop(gate);
      worker.postMessage({ type: "stop" } satisfies ToThread);
      worker.ref();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, stopWaitMs);
        exit.then(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      worker.unref();
    },
  };
}

export function failed(reason: string, options: ErrorOptions = {}): PersonaGuardError {
  return new PersonaGuardError("classifier-failed", `The encoder could not score: ${reason}.`, options);
}
