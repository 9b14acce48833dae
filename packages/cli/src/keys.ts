import type { ReadStream } from "node:tty";
import { emitted } from "./emitted.js";

const controlC = "\u0003";

/** Keys as they are pressed, one string each, until `signal`; the terminal is put back as it was. */
export async function* keysOf(terminal: ReadStream, signal: AbortSignal): AsyncGenerator<string> {
  const wasRaw = terminal.isRaw;
  terminal.setRawMode(true).setEncoding("utf8").resume();
  try {
    for await (const pressed of emitted<string>(terminal, "data", signal)) {
      // A raw terminal sends Ctrl-C as a character; everybody else waits for the signal.
      if (pressed === controlC) process.kill(process.pid, "SIGINT");
      // Keys pressed quickly come together; an escape sequence is one key.
      else yield* pressed.startsWith("\u001b") ? [pressed] : pressed;
    }
  } finally {
    terminal.setRawMode(wasRaw).pause();
  }
}
