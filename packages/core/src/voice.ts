import { codeIn } from "./code.js";
import { type Line, linesOf } from "./line.js";
import { markupIn } from "./markup.js";
import { quotationsIn } from "./quotation.js";
import { quotedMailIn } from "./quoted-mail.js";
import { signaturesIn } from "./signature.js";
import { tablesIn } from "./table.js";

/** A stretch of text, `start` inclusive and `end` exclusive, in UTF-16 code units of the original. */
export interface Offsets {
  readonly start: number;
  readonly end: number;
}

/**
 * What in a text is not the agent speaking: mention is not use. When in doubt it is the agent's voice. Each finder is
 * linear in the text's length. Order matters only for readability: the stretches found are merged.
 */
const notOwnVoice: readonly ((text: string, lines: readonly Line[]) => readonly Offsets[])[] = [
  quotedMailIn,
  quotationsIn,
  codeIn,
  tablesIn,
  markupIn,
  signaturesIn,
];

/** The stretches of `text` in which the agent speaks, in order, none empty, none overlapping. */
export function voiceOf(text: string): readonly Offsets[] {
  const lines = linesOf(text);
  const foreign = notOwnVoice.flatMap((find) => find(text, lines)).sort((a, b) => a.start - b.start);
  const own: Offsets[] = [];
  let from = 0;
  for (const { start, end } of [...foreign, { start: text.length, end: text.length }]) {
    if (start > from && text.slice(from, start).trim() !== "") own.push({ start: from, end: start });
    from = Math.max(from, end);
  }
  return own;
}
