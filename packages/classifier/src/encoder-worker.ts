import { setImmediate as messagesReceived } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { messageOf, personaGuardErrorIn } from "@persona-guard/core";
import { type Forward, loadForward } from "./load-forward.js";
import { passed } from "./thread-gate.js";
import type { Ask, FromThread, ThreadData, ToThread } from "./thread-messages.js";

if (parentPort === null) throw new Error("encoder-worker.js is started by model-thread.js only.");
const port = parentPort;
/** First asked, first answered. */
const asked: Ask[] = [];
let answering: Ask | undefined;
const cancelled = new Set<number>();

// Ours on both sides: model-thread.ts starts this file with exactly this.
const { start, gate } = workerData as ThreadData;
const forward = await passed(gate, load);
if (forward !== undefined) {
  port.on("message", (message: ToThread) => {
    if (message.type === "stop") return port.close(); // nothing is left to wait for: the thread ends
    if (message.type === "ask") asked.push({ ...message, texts: [...message.texts] });
    else if ([answering, ...asked].some((ask) => ask?.id === message.id)) cancelled.add(message.id);
    if (answering === undefined) void answerAll(forward);
  });
}

/** Runs the model once after loading, so that the first text does not pay for it, and posts how all that went. */
async function load(): Promise<Forward | undefined> {
  try {
    const run = await loadForward(start);
    const { values, labels } = await run("Warm-up.");
    post({ type: "loaded", model: { width: values.length, labels } });
    return run;
  } catch (error) {
    const code = personaGuardErrorIn(error)?.code ?? "model-unreadable";
    post({ type: "not-loaded", code, message: messageOf(error) });
    return undefined;
  }
}

async function answerAll(run: Forward): Promise<void> {
  for (answering = asked.shift(); answering !== undefined; answering = asked.shift()) {
    try {
      await answer(answering, run);
    } catch (error) {
      post({ type: "refused", id: answering.id, message: messageOf(error) });
    }
    cancelled.delete(answering.id);
  }
}

/**
 * One text per forward pass. Batches of 8 would be 1.0 to 1.1x as fast on emails and 1.6 to 2x on single sentences, but int8 activations are scaled per batch: a text's scores would then depend on which other texts
 * were waiting, and a replay could not give the verdicts of the live run.
 */
async function answer({ id, texts }: Ask, run: Forward): Promise<void> {
  const rows: Float32Array<ArrayBuffer>[] = [];
  for (const text of texts) {
    await messagesReceived();
    if (cancelled.has(id)) return post({ type: "refused", id, message: "cancelled" });
    const output = await passed(gate, () => run(text));
    if (output === undefined) return; // the thread is to stop, and whoever asked knows
    rows.push(output.values);
  }
  post(
    { type: "rows", id, rows },
    rows.map(({ buffer }) => buffer),
  );
}

function post(message: FromThread, transferred: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transferred);
}
