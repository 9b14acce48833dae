import {
  fewestExamples,
  type TraitHead,
  type TraitTier,
  trainTrait,
  traitTiers,
} from "@persona-guard/classifier";
import { Command, Option } from "commander";
import type { Run, Running, Surroundings } from "../command.js";
import { wholeNumber } from "../guard-options.js";
import { refuseMissing } from "../input-rows.js";
import { labelledRows } from "../labelled-rows.js";
import { refuseOut, writeWhole } from "../written-file.js";

/** Below it a trait is found little better than by chance: we say so. */
const weakArea = 0.7;
/** Fewer of a class than this give a wide interval: we say so. */
const usefulExamples = 20;

const help = `
EXAMPLES is JSONL, one row a text: {"text", "label", "kind"?, "scenario"?}, or "-" for standard input. A label says whether
the text shows the trait: NAME itself, true, 1 or "positive" if it does; false, 0, "negative", one of the shipped labels
(neutral, sarcasm, …) or one named by --negative if it does not. Any other label is an error of its row, which is skipped.
${usefulExamples} texts of each are enough to be useful, fewer than ${fewestExamples} are refused. Let both speak of the same things, in the kinds of text you
will judge: what tells them apart should be the trait alone. Rows that share a "scenario" are tested together.
FILE gets the trait: one JSON file without the texts, bound to the weights it was trained on. A persona names it:
  traits: [./NAME.trait.json]
  avoids: [NAME]
and is then judged by --threshold, or by a calibration from your own good traces ("persona-guard calibrate"), because the shipped
one has no scores for traits of your own.

Exit code: 0 if the trait was written and every row read; 2 if a row could not be read (it is named on stderr; the trait is
trained on the rest and written), too few are left, or for a wrong flag or file; 130 interrupted.`;

interface TrainFlags {
  readonly trait: string;
  readonly out: string;
  readonly tier: string;
  readonly model?: string;
  readonly negative?: readonly string[];
  readonly seed: number;
  readonly force?: true;
  readonly json?: true;
  readonly verbose?: true;
}

export function trainCommand(run: Run): Command {
  return new Command("train")
    .description("Train a trait of your own from texts that show it and texts that do not.")
    .argument("<examples>", 'labelled texts (JSONL), "-" for standard input')
    .requiredOption("--trait <name>", "name of the trait, as a persona will name it")
    .requiredOption("-o, --out <file>", "file to write the trait to")
    .addOption(
      new Option("-t, --tier <tier>", "what it reads; lexical: words alone, for guards without the encoder")
        .choices(traitTiers)
        .default("encoder"),
    )
    .option("--model <folder>", "folder with other weights of ours")
    .option("--negative <labels...>", "labels that mean that the trait is not shown")
    .option("--seed <number>", "which texts are tested together", wholeNumber, 1)
    .option("--force", "overwrite FILE if it is there")
    .option("--json", "print the result as JSON on a terminal too")
    .option("--verbose", "show the stack of an error")
    .addHelpText("after", help)
    .action((file: string, flags: TrainFlags) => run((around) => train(file, flags, around), flags));
}

async function* train(file: string, flags: TrainFlags, around: Surroundings): Running {
  const started = around.now();
  await refuseMissing([file]);
  await refuseOut(flags);
  const { trait, negative: negativeLabels = [], seed, signal } = { ...flags, signal: around.signal };
  const { examples, faults, duplicates } = await labelledRows(file, stdinOf(around), {
    trait,
    negativeLabels,
  });
  for (const text of faults) yield { to: "stderr", text };
  if (duplicates > 0) yield { to: "stderr", text: `${duplicates} texts were there twice and count once.` };
  yield { to: "progress", text: `Training on ${examples.length} texts …` };
  let head: TraitHead;
  try {
    const tier: TraitTier = flags.tier === "lexical" ? "lexical" : "encoder";
    const folder = flags.model === undefined ? {} : { modelFolder: flags.model };
    head = await trainTrait(examples, { name: trait, tier, seed, signal, ...folder });
  } catch (error) {
    if (!signal.aborted) throw error;
    yield { to: "stderr", text: "Interrupted; nothing was written." };
    return 130;
  }
  await writeWhole(flags.out, `${JSON.stringify(head, null, 1)}\n`, { force: flags.force === true });
  const { training } = head;
  const result = {
    trait,
    file: flags.out,
    tier: flags.tier,
    ...training,
    skipped: faults.length,
    duplicates,
  };
  const unused = examples.length - training.positives - training.negatives;
  if (unused > 0) yield { to: "stderr", text: `${unused} texts were not used: 500 of a class are enough.` };
  for (const text of [...summaryOf(head), ...warningsOf(head)]) yield { to: "stderr", text };
  yield {
    to: "stderr",
    text: `Wrote ${flags.out} after ${((around.now() - started) / 1_000).toFixed(1)} s.`,
  };
  if (flags.json || !around.stdoutIsTerminal) yield { to: "stdout", text: JSON.stringify(result) };
  return faults.length === 0 ? 0 : 2;
}

function stdinOf({ stdin }: Surroundings): AsyncIterable<Buffer> {
  return stdin ?? (async function* () {})();
}

function summaryOf({ name, training, encoder }: TraitHead): readonly string[] {
  const { positives, negatives, auc, interval, folds, repeats } = training;
  const reads = encoder === null ? "words" : "words and the encoder";
  return [
    `Trained "${name}" on ${positives} texts that show it and ${negatives} that do not, by ${reads}.`,
    `Cross-validated AUC ${auc.toFixed(3)}, 95 % interval ${interval.low.toFixed(3)} to ${interval.high.toFixed(3)} ` +
      `(${folds} folds${repeats > 1 ? `, dealt ${repeats} times` : ""}).`,
  ];
}

function warningsOf({ training }: TraitHead): readonly string[] {
  const { positives, negatives, interval } = training;
  const warnings: string[] = [];
  if (interval.low <= weakArea) {
    warnings.push(
      `Warning: the interval reaches down to ${interval.low.toFixed(2)}; 0.5 is chance. The texts may be too few or too alike: ` +
        "add examples before you rely on this trait.",
    );
  }
  if (Math.min(positives, negatives) < usefulExamples)
    warnings.push(
      `Warning: fewer than ${usefulExamples} texts of a class; the interval will narrow with more.`,
    );
  return warnings;
}
