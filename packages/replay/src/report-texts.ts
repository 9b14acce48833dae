import type { NumberedRow } from "./read-results.js";
import type { StepText } from "./report-data.js";

/** Characters of JSON that the texts of a report may take. */
const mostCharacters = 4_000_000;

interface Shelved {
  readonly position: number;
  readonly rank: number;
  readonly size: number;
  readonly text: StepText;
}

/** Keeps the texts of the steps that are looked at first, as many as the page can carry. */
export class ReportTexts {
  #shelf: Shelved[] = [];
  #size = 0;

  /** @param position of the step in the columns of the report */
  add(position: number, row: NumberedRow["row"]): void {
    const text = textOf(row);
    if (text === undefined) return;
    const size = JSON.stringify(text).length;
    this.#shelf.push({ position, rank: rankOf(row), size, text });
    this.#size += size;
    if (this.#size > 2 * mostCharacters) this.#tidy();
  }

  /** By position. */
  kept(): Readonly<Record<number, StepText>> {
    this.#tidy();
    return Object.fromEntries(this.#shelf.map(({ position, text }) => [position, text]));
  }

  #tidy(): void {
    let size = 0;
    const kept = this.#shelf
      .sort((a, b) => a.rank - b.rank)
      .filter((one) => {
        size += one.size;
        return size <= mostCharacters;
      });
    this.#shelf = kept;
    this.#size = kept.reduce((sum, one) => sum + one.size, 0);
  }
}

/** Lower comes first: drift by its confidence, what was not scored, then the others by theirs. */
function rankOf({ outcome, confidence = 1 }: NumberedRow["row"]): number {
  if (outcome === "drifted") return confidence;
  return outcome === "unscored" ? 2 : 3 + confidence;
}

/** Undefined if the row carries no text. */
function textOf({ sessionEValue, utterances }: NumberedRow["row"]): StepText | undefined {
  if (utterances.every(({ text, evidence }) => text === undefined && evidence.length === 0)) return undefined;
  return {
    eValue: Number(sessionEValue.toPrecision(4)),
    utterances: utterances.map(({ pValue, text, evidence }) => ({
      ...(pValue === undefined ? {} : { pValue: Number(pValue.toPrecision(3)) }),
      ...(text === undefined ? {} : { text }),
      evidence,
    })),
  };
}
