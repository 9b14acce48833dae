import { type Offsets, sentencesOf, wordCount } from "@persona-guard/core";

/** What the encoder can read at once: 180 words of English are some 240 tokens of its 256. */
const mostWords = 180;
/** In UTF-16 code units. */
const mostCharacters = 1_200;
/** Bounds time and memory for a text of any length. */
const mostWindows = 32;

/**
 * A text in windows of whole sentences, at least one; where there are more than 32, as many of them, evenly spread.
 *
 * It is cut before it is tokenised because the tokeniser reads all of a text before it truncates it: 1.1 s for 1 MB.
 */
export function windowsOf(text: string): readonly string[] {
  if (text.length <= mostCharacters && wordCount(text) <= mostWords) return [text];
  const windows = joined(text, sentencesOf(text).flatMap(cut));
  const step = Math.max(1, windows.length / mostWindows);
  const chosen = windows.filter((_, at) => Math.floor((at + 1) / step) > Math.floor(at / step));
  return chosen.length === 0 ? [""] : chosen.map(({ start, end }) => text.slice(start, end));
}

/** Neighbouring sentences joined for as long as they fit. */
function joined(text: string, sentences: readonly Offsets[]): readonly Offsets[] {
  const windows: Offsets[] = [];
  let words = 0;
  for (const { start, end } of sentences) {
    const more = wordCount(text.slice(start, end));
    const last = windows.at(-1);
    if (last !== undefined && words + more <= mostWords && end - last.start <= mostCharacters) {
      windows[windows.length - 1] = { start: last.start, end };
      words += more;
    } else {
      windows.push({ start, end });
      words = more;
    }
  }
  return windows;
}

/** A sentence in pieces that fit. */
function cut({ start, end }: Offsets): readonly Offsets[] {
  const count = Math.ceil((end - start) / mostCharacters);
  return Array.from({ length: count }, (_, at) => ({
    start: start + at * mostCharacters,
    end: Math.min(end, start + (at + 1) * mostCharacters),
  }));
}
