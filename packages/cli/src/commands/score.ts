import { type Classifier, PersonaGuard, PersonaGuardError } from "@persona-guard/core";
import { Command } from "commander";
import type { ExitCode, Run, Running, Surroundings } from "../command.js";
import type { Config } from "../config.js";
import { classifierFor, type GuardFlags, guardFor, settingsOf, withGuardFlags } from "../guard-options.js";
import { type InputRow, inputRows, refuseMissing } from "../input-rows.js";
import { jsonLine, tableLine } from "../output-row.js";
import { type ScoreColumns, scoreTexts } from "../score-texts.js";

/** Rows scored at once. */
const batchSize = 32;

const help = `
Input: JSONL rows {"text", "kind"?, "id"?, …}, or plain text, where the whole file is one text. A kind is chat, email,
message or report. Without FILES, or for "-", standard input is read.
Output: the rows in the same order with all their fields, and behind them "scores" (a probability per label) and "label";
with a persona also "confidence", "pValue", "outcome", "driftedTo", "evidence" and "reason", null where absent. A field of
the input with one of these names is kept under "input". On a terminal a table is printed instead, unless --json is given.
--explain adds "explanation": what each sentence and word adds to the log-odds of "label" over "against" (with a persona: of what is
outside it over what is inside), exactly for --tier lexical, else by taking it out and scoring again, the words of the three
strongest sentences. On a terminal the text is shown in colours, without colours in marks: [+1.72 sarcasm: brilliant].

Exit code: 0 if every row was scored, whatever the scores say; 2 if a row could not be read or scored (it is named on
stderr and the rest is scored), or for a wrong flag, file or configuration.`;

interface ScoreFlags extends GuardFlags {
  readonly explain?: true;
}

export function scoreCommand(run: Run): Command {
  return withGuardFlags(new Command("score"))
    .description("Score texts for character traits, and against a persona if one is given.")
    .argument("[files...]", 'files to score, "-" for standard input')
    .option("--explain", "show which words and sentences moved the scores, and which way")
    .option("--json", "print JSONL on a terminal too")
    .option("--verbose", "show the stack of an error")
    .addHelpText("after", help)
    .action((files: string[], flags: ScoreFlags) => run((around) => score(files, flags, around), flags));
}

async function* score(files: readonly string[], flags: ScoreFlags, around: Surroundings): Running {
  const { stdoutIsTerminal, colors, signal } = around;
  const inputs = files.length === 0 ? ["-"] : files;
  const stdin = inputs.includes("-") ? stdinOf(around) : noInput();
  await refuseMissing(inputs);
  const scorer = await scorerFor(await settingsOf(flags));
  const line = flags.json || !stdoutIsTerminal ? jsonLine : tableLine;
  let exitCode: ExitCode = 0;
  try {
    if (scorer instanceof PersonaGuard) for (const text of scorer.warnings) yield { to: "stderr", text };
    for await (const batch of batchesOf(inputs, stdin)) {
      if (signal.aborted) return 130;
      for (const text of batch.faults) yield { to: "stderr", text };
      const scored = await scoreTexts(batch.rows, scorer, { isExplained: flags.explain === true });
      const failures = failuresOf(batch.rows, scored);
      for (const text of failures) yield { to: "stderr", text };
      if (batch.faults.length + failures.length > 0) exitCode = 2;
      const lines = batch.rows.map((row, at) =>
        line(row, scored[at] ?? { scores: null, label: null }, colors),
      );
      if (lines.length > 0) yield { to: "stdout", text: lines.join("\n") };
    }
  } finally {
    await scorer.close();
  }
  return exitCode;
}

function stdinOf({ stdin }: Surroundings): AsyncIterable<Buffer> {
  if (stdin !== undefined) return stdin;
  throw new PersonaGuardError(
    "options-invalid",
    'Nothing to score: name a file, or pipe a text in, as in: echo "Dear Ms. Okafor, …" | persona-guard score -',
  );
}

async function* noInput(): AsyncGenerator<Buffer> {}

function scorerFor(settings: Config): Promise<Classifier | PersonaGuard> {
  return settings.persona === undefined ? classifierFor(settings) : guardFor(settings.persona, settings);
}

/** What to say of rows that have a text but no scores. */
function failuresOf(rows: readonly InputRow[], scored: readonly ScoreColumns[]): readonly string[] {
  return rows.flatMap(({ place, text }, at) => {
    const { scores = null, reason } = scored[at] ?? {};
    return scores === null && text.trim() !== "" ? [`${place}: not scored: ${reason}`] : [];
  });
}

interface Batch {
  readonly rows: readonly InputRow[];
  readonly faults: readonly string[];
}

async function* batchesOf(inputs: readonly string[], stdin: AsyncIterable<Buffer>): AsyncGenerator<Batch> {
  let rows: InputRow[] = [];
  let faults: string[] = [];
  for (const input of inputs) {
    for await (const item of inputRows(input, stdin)) {
      if (item.found === "row") rows.push(item);
      else faults.push(item.message);
      if (rows.length < batchSize && faults.length < batchSize) continue;
      yield { rows, faults };
      rows = [];
      faults = [];
    }
  }
  if (rows.length + faults.length > 0) yield { rows, faults };
}
