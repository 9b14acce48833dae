import type { Colors } from "picocolors/types.js";

/** 0 pass, 1 a gate failed, 2 usage, configuration or unreadable input, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

/** What a command has to say: data to stdout, messages to stderr; progress is shown on a terminal only, one line rewritten. */
export interface Said {
  readonly to: "stdout" | "stderr" | "progress";
  readonly text: string;
}

/** A command says things as it goes and returns how it ended. It prints nothing and never exits. */
export type Running = AsyncGenerator<Said, ExitCode>;

/** The world around a command. */
export interface Surroundings {
  /** Bytes of standard input; undefined when that is a terminal, where nobody has piped anything in. */
  readonly stdin: AsyncIterable<Buffer> | undefined;
  readonly stdoutIsTerminal: boolean;
  /** Keys pressed on the terminal, until the signal; undefined without a terminal. */
  readonly keys: ((until: AbortSignal) => AsyncGenerator<string>) | undefined;
  readonly colors: Colors;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
}

/** Starts a command that commander has parsed. */
export type Run = (
  start: (around: Surroundings) => Running,
  options: { readonly verbose?: true },
) => Promise<void>;

/** Characters that would move a terminal's cursor or colour it are shown as spaces. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();
}
