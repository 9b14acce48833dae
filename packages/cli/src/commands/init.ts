import { access, writeFile } from "node:fs/promises";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import { Command } from "commander";
import type { Run, Running } from "../command.js";
import { scaffold } from "../scaffold.js";

interface InitFlags {
  readonly name: string;
  readonly force?: true;
  readonly verbose?: true;
}

export function initCommand(run: Run): Command {
  return new Command("init")
    .description("Write a commented persona.yaml and persona-guard.config.yaml into this folder.")
    .option("--name <name>", "name of the persona", "support-agent")
    .option("--force", "overwrite files that are there")
    .option("--verbose", "show the stack of an error")
    .action((flags: InitFlags) => run(() => init(flags), flags));
}

async function* init({ name, force }: InitFlags): Running {
  const files = Object.entries(scaffold(name));
  if (!force) await refuseOverwriting(files.map(([file]) => file));
  for (const [file, content] of files) {
    await written(file, content);
    yield { to: "stdout", text: `Wrote ${file}` };
  }
  yield {
    to: "stderr",
    text: 'Try it: echo "Your refund was issued today, Ms. Okafor." | persona-guard score -',
  };
  return 0;
}

async function refuseOverwriting(files: readonly string[]): Promise<void> {
  const there: string[] = [];
  for (const file of files) {
    await access(file).then(
      () => there.push(file),
      () => undefined, // Not there, or hidden from us: writing will tell.
    );
  }
  if (there.length === 0) return;
  const message = `${there.join(" and ")} already exist${there.length === 1 ? "s" : ""}; nothing was written. Use --force to overwrite.`;
  throw new PersonaGuardError("output-unwritable", message);
}

async function written(file: string, content: string): Promise<void> {
  try {
    await writeFile(file, content);
  } catch (error) {
    throw new PersonaGuardError("output-unwritable", `Cannot write ${file}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
