import type { Contribution, Explanation } from "@persona-guard/core";
import type { Colors } from "picocolors/types.js";
import { visible } from "./command.js";

/** A word is marked from this share of the greatest weight on, and marked as strong from the second. */
const markedFrom = 0.2;
const strongFrom = 0.5;
/** Sentences that are listed. */
const mostSentences = 3;
/** Characters of a sentence that its line shows. */
const shownCharacters = 70;

/**
 * The text with the words that moved its score marked, and its strongest sentences: red for the label, green against it. Without
 * colours, words stand in brackets with their weight and what they speak for.
 */
export function explainedText(text: string, explanation: Explanation, colors: Colors): string {
  const { label, against, logOdds, method, bias, sentences, words } = explanation;
  const base = bias === undefined ? "" : `, of which ${signed(bias)} without any word`;
  const how = method === "linear" ? "exact" : "by leaving out";
  const strongest = sentences
    .toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, mostSentences);
  return [
    `  ${colors.red(label)} over ${colors.green(against)}: log-odds ${signed(logOdds)}${base} (${how})`,
    ...marked(text.trimEnd(), words, explanation, colors)
      .split("\n")
      .map((line) => `  │ ${line}`),
    ...strongest.map(({ start, end, weight }) => {
      const shown = visible(text.slice(start, end));
      const cut = shown.length > shownCharacters ? `${shown.slice(0, shownCharacters)}…` : shown;
      return `  ${signed(weight).padStart(6)} ${sideOf(weight, explanation)} ${start}-${end} ${cut}`;
    }),
  ].join("\n");
}

function marked(
  text: string,
  words: readonly Contribution[],
  sides: Pick<Explanation, "label" | "against">,
  colors: Colors,
): string {
  const greatest = Math.max(0, ...words.map(({ weight }) => Math.abs(weight)));
  let shown = "";
  let at = 0;
  for (const word of runs(text, words, markedFrom * greatest)) {
    const { start, end, weight } = word;
    shown += harmless(text.slice(at, start));
    const said = harmless(text.slice(start, end));
    if (!colors.isColorSupported) shown += `[${signed(weight)} ${sideOf(weight, sides)}: ${said}]`;
    else {
      const color = weight > 0 ? colors.red : colors.green;
      shown += word.peak >= strongFrom * greatest ? colors.bold(colors.underline(color(said))) : color(said);
    }
    at = end;
  }
  return shown + harmless(text.slice(at));
}

/** The words of at least this weight; neighbours that speak for the same side as one, with their sum and their greatest. */
function runs(
  text: string,
  words: readonly Contribution[],
  least: number,
): readonly (Contribution & { readonly peak: number })[] {
  const found: (Contribution & { readonly peak: number })[] = [];
  for (const { start, end, weight } of words) {
    if (weight === 0 || Math.abs(weight) < least) continue;
    const last = found.at(-1);
    const isNext = last !== undefined && /^[ \t]*$/.test(text.slice(last.end, start));
    if (isNext && Math.sign(last.weight) === Math.sign(weight)) {
      const peak = Math.max(last.peak, Math.abs(weight));
      found[found.length - 1] = { start: last.start, end, weight: last.weight + weight, peak };
    } else found.push({ start, end, weight, peak: Math.abs(weight) });
  }
  return found;
}

function sideOf(weight: number, { label, against }: Pick<Explanation, "label" | "against">): string {
  return weight < 0 ? against : label;
}

function signed(weight: number): string {
  return `${weight < 0 ? "" : "+"}${weight.toFixed(2)}`;
}

/** Line breaks stay; what would move a terminal's cursor or colour it becomes a space. */
function harmless(text: string): string {
  return text
    .replace(/\r\n?/g, "\n")
    .replace(/\p{Cc}|\p{Cf}/gu, (character) => (character === "\n" ? "\n" : " "));
}
