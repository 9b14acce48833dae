import { Command } from "commander";
import type { Run } from "./command.js";
import { alertsCommand } from "./commands/alerts.js";
import { calibrateCommand } from "./commands/calibrate.js";
import { compareCommand } from "./commands/compare.js";
import { initCommand } from "./commands/init.js";
import { replayCommand } from "./commands/replay.js";
import { reportCommand } from "./commands/report.js";
import { scoreCommand } from "./commands/score.js";
import { serveCommand } from "./commands/serve.js";
import { trainCommand } from "./commands/train.js";
import { watchCommand } from "./commands/watch.js";

const help = `
Exit code: 0 pass, 1 a gate failed, 2 usage, configuration or unreadable input, 130 interrupted.
Data goes to stdout, messages and progress to stderr.`;

/** Columns of the help, whatever the terminal: so that it reads the same everywhere. */
const helpWidth = 110;

/** The whole command line; a command that was parsed is started with `run`. */
export function program(version: string, run: Run): Command {
  const root = new Command("persona-guard")
    .description("Tells when an AI agent stops being the character its company chose.")
    .version(version, "--version", "print the version")
    .configureHelp({ helpWidth })
    .addHelpText("after", help);
  const commands = [
    initCommand,
    scoreCommand,
    replayCommand,
    reportCommand,
    calibrateCommand,
    compareCommand,
    trainCommand,
    serveCommand,
    watchCommand,
    alertsCommand,
  ];
  for (const command of commands.map((commandOf) => commandOf(run))) {
    for (const one of [command, ...command.commands]) one.configureHelp({ helpWidth });
    root.addCommand(command);
  }
  return root;
}
