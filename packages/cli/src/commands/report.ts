import { writeReport } from "@persona-guard/replay";
import { Command } from "commander";
import { type Run, type Running, visible } from "../command.js";

const help = `
DIR is a folder that "persona-guard replay --out DIR" has written. Its report.html is made anew from verdicts.jsonl and summary.json:
after an update of persona-guard, or where the page was left out. The page is one file that loads nothing and sends nothing.

Exit code: 0 written; 2 a line of verdicts.jsonl could not be read (it is named and left out), or a wrong flag or folder.`;

export function reportCommand(run: Run): Command {
  return new Command("report")
    .description("Make report.html from the results of a replay.")
    .argument("<dir>", "folder with verdicts.jsonl and summary.json")
    .option("--verbose", "show the stack of an error")
    .addHelpText("after", help)
    .action((folder: string, flags: { readonly verbose?: true }) => run(() => report(folder), flags));
}

async function* report(folder: string): Running {
  const { file, faults } = await writeReport(folder);
  for (const text of faults) yield { to: "stderr", text: visible(text) };
  yield { to: "stdout", text: file };
  return faults.length === 0 ? 0 : 2;
}
