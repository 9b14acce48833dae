import type { TraitExample } from "@persona-guard/classifier";
import { shippedLabels } from "@persona-guard/core";
import { type InputFault, type InputRow, inputRows } from "./input-rows.js";

/** Strings and values that say it, whatever the trait is called. */
const yes: readonly unknown[] = [true, 1, "true", "1", "positive"];
const no: readonly unknown[] = [false, 0, "false", "0", "negative", ...shippedLabels];

export interface LabelledRows {
  readonly examples: readonly TraitExample[];
  /** One message for each row that was skipped, with its place. */
  readonly faults: readonly string[];
  /** Texts that were there before with the same label; they are left out without being a fault. */
  readonly duplicates: number;
}

export interface LabelOptions {
  readonly trait: string;
  /** Labels that mean "does not show the trait", besides the ones known. */
  readonly negativeLabels: readonly string[];
}

/** The examples of a JSONL file. An unknown label is a fault: taken for a negative, a typing error would teach the opposite. */
export async function labelledRows(
  file: string,
  stdin: AsyncIterable<Buffer>,
  options: LabelOptions,
): Promise<LabelledRows> {
  const seen = new Map<string, { readonly place: string; readonly isPositive: boolean }>();
  const examples: TraitExample[] = [];
  const faults: string[] = [];
  let duplicates = 0;
  for await (const item of inputRows(file, stdin)) {
    const example = item.found === "row" ? exampleOf(item, options) : item;
    if ("found" in example) {
      faults.push(example.message);
      continue;
    }
    const place = item.found === "row" ? item.place : file;
    const before = seen.get(example.text.trim());
    if (before === undefined) {
      seen.set(example.text.trim(), { place, isPositive: example.isPositive });
      examples.push(example);
    } else if (before.isPositive === example.isPositive) duplicates++;
    else faults.push(`${place}: the same text as ${before.place} with the opposite label. Line skipped.`);
  }
  return { examples, faults, duplicates };
}

function exampleOf(
  { place, fields, text, kind }: InputRow,
  { trait, negativeLabels }: LabelOptions,
): TraitExample | InputFault {
  const fault = (message: string): InputFault => ({
    found: "fault",
    message: `${place}: ${message}. Line skipped.`,
  });
  const { label, scenario } = fields;
  if (text.trim() === "") return fault("text: is empty");
  if (
    scenario !== undefined &&
    scenario !== null &&
    typeof scenario !== "string" &&
    typeof scenario !== "number"
  )
    return fault("scenario: neither a string nor a number");
  const isPositive = label === trait || yes.includes(label);
  if (!isPositive && !no.includes(label) && !negativeLabels.some((one) => one === label))
    return fault(`label: not "${trait}", true, 1 or "positive", nor a negative one (see --help)`);
  const group = scenario === undefined || scenario === null ? {} : { scenario: `${scenario}` };
  return { text, kind, isPositive, ...group };
}
