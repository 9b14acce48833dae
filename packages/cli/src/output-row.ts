import type { Colors } from "picocolors/types.js";
import { visible } from "./command.js";
import { explainedText } from "./explained-text.js";
import type { InputRow } from "./input-rows.js";
import type { ScoreColumns } from "./score-texts.js";

/** Characters of a text, or of a sentence of evidence, that a line of the table shows. */
const shownCharacters = 70;

/**
 * The row as it was written, byte for byte, with the columns behind its own fields. An input field that has the name of a
 * column is kept under "input".
 */
export function jsonLine(
  { json, fields }: InputRow,
  { scores, label, verdict, reason, explanation }: ScoreColumns,
): string {
  const columns = {
    scores,
    label,
    ...verdict,
    ...(reason === undefined ? {} : { reason }),
    ...(explanation === undefined ? {} : { explanation }),
  };
  if (!Object.keys(fields).some((name) => name in columns)) {
    // Appending keeps what JSON.parse would lose, such as ids of more than 53 bits. A row has a text, so "," is right.
    return `${json.slice(0, -1).trimEnd()},${JSON.stringify(columns).slice(1)}`;
  }
  const entries = Object.entries(fields);
  const taken = ([name]: readonly [string, unknown]) => name in columns || name === "input";
  const kept = entries.filter((entry) => !taken(entry));
  return JSON.stringify({
    ...Object.fromEntries(kept),
    input: Object.fromEntries(entries.filter(taken)),
    ...columns,
  });
}

/** One line for a person to read, and one more for each sentence of evidence; the whole text where it is explained. */
export function tableLine({ fields, text }: InputRow, columns: ScoreColumns, colors: Colors): string {
  const { scores, label, reason, verdict } = columns;
  const probability = label === null ? undefined : scores?.[label];
  const cells = [
    verdict === undefined ? undefined : outcomeCell(verdict.outcome, colors),
    verdict === undefined ? undefined : (verdict.confidence?.toFixed(3) ?? "").padEnd(5),
    `${label ?? "-"} ${probability?.toFixed(2) ?? ""}`.padEnd(18),
    typeof fields.id === "string" || typeof fields.id === "number"
      ? colors.dim(visible(`${fields.id}`))
      : undefined,
    shortened(text),
    reason === null || reason === undefined ? undefined : colors.dim(`(${reason})`),
  ];
  const evidence = (verdict?.evidence ?? []).map(
    (span) => `\n  ${colors.red(verdict?.driftedTo ?? "")} ${span.start}-${span.end} ${shortened(span.text)}`,
  );
  const explained = columns.explanation ? `\n${explainedText(text, columns.explanation, colors)}` : "";
  return cells.filter((cell) => cell !== undefined).join("  ") + evidence.join("") + explained;
}

function outcomeCell(outcome: string, colors: Colors): string {
  const padded = outcome.padEnd(10);
  if (outcome === "drifted") return colors.red(padded);
  return outcome === "in-persona" ? colors.green(padded) : colors.yellow(padded);
}

function shortened(text: string): string {
  const shown = visible(text.slice(0, 4 * shownCharacters));
  return shown.length <= shownCharacters && text.length <= 4 * shownCharacters
    ? shown
    : `${shown.slice(0, shownCharacters)}…`;
}
