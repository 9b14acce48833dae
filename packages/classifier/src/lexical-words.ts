import type { Offsets } from "@persona-guard/core";
import { type CodePoints, normalised, spaceCode, spaces } from "./lexical-features.js";

const words = new RegExp(`[^${spaces.source.slice(1)}+`, "gu");

/** A text normalised word by word, so that each code point is known to come from a word of the original. */
export interface NormalisedWords extends CodePoints {
  /** In the original, in UTF-16 code units. */
  readonly words: readonly Offsets[];
  /** Of each code point, the index of its word; -1 for the spaces between. */
  readonly wordAt: Int32Array;
}

/**
 * What `normalised` makes of the text, with its words. The two agree because no step of the normalisation reaches over white space:
 * a space composes with nothing, and digits and escaped line breaks are joined only where they touch.
 */
export function normalisedWords(text: string): NormalisedWords {
  const found: Offsets[] = [];
  const codes = [spaceCode];
  const wordAt = [-1];
  for (const match of text.matchAll(words)) {
    const { codes: own, length } = normalised(match[0]);
    for (let at = 1; at < length; at += 1) {
      const code = own[at] ?? spaceCode;
      codes.push(code);
      wordAt.push(code === spaceCode ? -1 : found.length);
    }
    found.push({ start: match.index, end: match.index + match[0].length });
  }
  return {
    codes: Uint32Array.from(codes),
    length: codes.length,
    words: found,
    wordAt: Int32Array.from(wordAt),
  };
}
