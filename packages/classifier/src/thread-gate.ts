/**
 * Keeps a thread from being ended inside native code: ONNX Runtime then throws where nothing can catch it, and the whole
 * program dies of SIGABRT (onnxruntime-node 1.30.0: `worker.terminate()` or `process.exit()` during a forward pass).
 * So nobody terminates the thread; it is asked to stop, and at the program's end its current pass is waited for.
 */
export type ThreadGate = Int32Array<SharedArrayBuffer>;

const stopped = 0;
const inside = 1;

/** One for each thread, shared with it. */
export function threadGate(): ThreadGate {
  return new Int32Array(new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT));
}

/** In the thread: runs `native`, or returns undefined if the thread is to stop. */
export async function passed<Value>(
  gate: ThreadGate,
  native: () => Promise<Value>,
): Promise<Value | undefined> {
  // First "inside", then "stopped?"; `stop` does it the other way round, so that one of the two always sees the other.
  Atomics.store(gate, inside, 1);
  try {
    return Atomics.load(gate, stopped) === 1 ? undefined : await native();
  } finally {
    Atomics.store(gate, inside, 0);
    Atomics.notify(gate, inside);
  }
}

/** The thread will start nothing new. */
export function stop(gate: ThreadGate): void {
  Atomics.store(gate, stopped, 1);
}

/** Longest that the end of the program waits for all its threads: loading takes 0.5 s, a forward pass 0.02 s. */
const exitWaitMs = 2_000;
const open = new Set<ThreadGate>();

/** From now until the thread has ended, `process.exit()` and the program's own end wait for its current pass. */
export function waitForAtExit(gate: ThreadGate): void {
  if (open.size === 0) process.on("exit", waitForAll);
  open.add(gate);
}

/** The thread has ended. */
export function ended(gate: ThreadGate): void {
  open.delete(gate);
  if (open.size === 0) process.off("exit", waitForAll);
}

function waitForAll(): void {
  for (const gate of open) stop(gate);
  const end = performance.now() + exitWaitMs;
  for (const gate of open) Atomics.wait(gate, inside, 1, Math.max(0, end - performance.now()));
}
