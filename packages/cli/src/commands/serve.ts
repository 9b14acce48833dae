import { Command, InvalidArgumentError, Option } from "commander";
import type { Run, Running, Surroundings } from "../command.js";
import { wholeNumber } from "../guard-options.js";

const help = `
EVENTS are log files, or folders of them; they may not be there yet. Without any, the working directory is watched. The page shows
steps as they are judged, and the whole history. What people say of a step there ("false alarm", "missed drift") is kept in
the labels file, one JSON line a text: "persona-guard train" reads it as examples where the log holds texts, "calibrate" its
false alarms.
Only this machine can open the page. Any other --host needs a token, which the page asks for; give it by the environment, so that
it does not show in the list of processes, and put a server that speaks TLS in front.

Exit code: 0 when it is ended by Ctrl-C; 2 for a wrong flag, or an address that is taken.`;

interface ServeFlags {
  readonly port: number;
  readonly host: string;
  readonly token?: string;
  readonly labels: string;
  readonly verbose?: true;
}

export function serveCommand(run: Run): Command {
  return new Command("serve")
    .description("Show drift events on a live page in the browser.")
    .argument("[events...]", "event logs, or folders of them", ["."])
    .option("--port <number>", "port to listen at; 0 lets the system choose", portNumber, 4100)
    .option("--host <address>", "address to listen at", "127.0.0.1")
    .addOption(new Option("--token <text>", "what a browser must send").env("PERSONA_GUARD_TOKEN"))
    .option("--labels <file>", "JSONL file for what people say of steps", "labels.jsonl")
    .option("--verbose", "show the stack of an error")
    .addHelpText("after", help)
    .action((events: string[], flags: ServeFlags) => run((around) => serve(events, flags, around), flags));
}

async function* serve(
  events: readonly string[],
  { port, host, token, labels }: ServeFlags,
  { signal }: Surroundings,
): Running {
  // Loaded here alone: it brings DuckDB, which no other command should wait for.
  const { startDashboard } = await import("@persona-guard/monitor/dashboard");
  const dashboard = await startDashboard({
    events,
    port,
    host,
    labels,
    ...(token === undefined ? {} : { token }),
  });
  try {
    yield { to: "stderr", text: `Dashboard of ${events.join(", ")} at ${dashboard.url} (Ctrl-C ends it).` };
    await Promise.race([dashboard.closed, ended(signal)]);
    return 0;
  } finally {
    await dashboard.close();
  }
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function portNumber(value: string): number {
  const port = wholeNumber(value);
  if (port <= 65_535) return port;
  throw new InvalidArgumentError("It must be a port number, 0 to 65535.");
}
