#!/usr/bin/env node
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { setFlagsFromString } from "node:v8";
import { messageOf, personaGuardErrorIn } from "@persona-guard/core";
import { CommanderError } from "commander";
import picocolors from "picocolors";
import type { ExitCode, Said, Surroundings } from "./command.js";
import { keysOf } from "./keys.js";
import { program } from "./program.js";

// V8 would let four times what is in use pile up before it collects: a replay of any length is to take the same memory.
setFlagsFromString("--heap-growing-percent=20");
const interrupted: ExitCode = 130;
const abort = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) {
  process.once(name, () => {
    abort.abort();
    process.once(name, () => process.exit(interrupted)); // the second time, at once
  });
}
// A reader such as `head` has seen enough: nothing is wrong, and nobody is left to tell.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 2));

const terminal = Boolean(process.stdout.isTTY) && process.env.TERM !== "dumb";
const around: Surroundings = {
  stdin: process.stdin.isTTY ? undefined : process.stdin,
  stdoutIsTerminal: Boolean(process.stdout.isTTY),
  keys: process.stdin.isTTY && terminal ? (until) => keysOf(process.stdin, until) : undefined,
  colors: picocolors.createColors(terminal && !process.env.NO_COLOR),
  signal: abort.signal,
  env: process.env,
  now: () => performance.now(),
};
process.exitCode = await main(process.argv);

async function main(argv: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  let verbose: true | undefined;
  const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  const root = program(String(version), async (start, options) => {
    verbose = options.verbose;
    const running = start(around);
    let next = await running.next();
    for (; !next.done; next = await running.next()) await print(next.value);
    exitCode = next.value;
  });
  for (const command of [root, ...root.commands, ...root.commands.flatMap(({ commands }) => commands)])
    command.exitOverride();
  try {
    await root.parseAsync(argv);
  } catch (error) {
    // Commander has printed its message itself; its code is 0 after --help and --version.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    await print({ to: "stderr", text: complaintOf(error, verbose) });
    return abort.signal.aborted ? interrupted : 2;
  }
  return exitCode;
}

function complaintOf(error: unknown, verbose: true | undefined): string {
  const stack = verbose && error instanceof Error ? `\n${error.stack}` : "";
  const ours = personaGuardErrorIn(error);
  if (ours !== undefined) return `persona-guard: ${ours.message}${stack}`;
  const hint = verbose ? "" : " --verbose shows where.";
  return `persona-guard: unexpected error: ${messageOf(error)}.${hint}${stack}`;
}

/** Progress rewrites its own line, and gives way to whatever is printed next. */
async function print({ to, text }: Said): Promise<void> {
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[2K");
  if (to === "progress") {
    if (process.stderr.isTTY) process.stderr.write(text.slice(0, (process.stderr.columns || 80) - 1)); // a wrapped line would stay
    return;
  }
  const stream = to === "stdout" ? process.stdout : process.stderr;
  if (!stream.write(`${text}\n`)) await once(stream, "drain");
}
