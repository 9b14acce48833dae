import type { Offsets } from "./voice.js";

const longestWindow = 2_000;

/**
 * The sentences of a text with their offsets, trimmed, in order. Line breaks end a sentence too (greetings, lists).
 * A run without any break is cut every 2,000 code units, so that no window is unbounded.
 */
export function sentencesOf(text: string): readonly Offsets[] {
  const sentences: Offsets[] = [];
  // A sentence ends after . ! ? or … (and closing quotes) before white space, or at a line break.
  const pattern = /[^\n]+?(?:[.!?…]{1,4}["'”’)\]]{0,3}(?=\s|$)|(?=\n)|$)/g;
  for (const match of text.matchAll(pattern)) {
    const lead = match[0].length - match[0].trimStart().length;
    const body = match[0].trim();
    for (let at = 0; at < body.length; at += longestWindow) {
      const start = match.index + lead + at;
      sentences.push({ start, end: Math.min(start + longestWindow, match.index + lead + body.length) });
    }
  }
  return sentences;
}

/** How many words a text has: runs of letters or digits in any script. */
export function wordCount(text: string): number {
  return text.match(/[\p{L}\p{N}]+(?:['’][\p{L}]+)*/gu)?.length ?? 0;
}
