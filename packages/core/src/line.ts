import type { Offsets } from "./voice.js";

/** One line of a text; `text` is without inline HTML tags and trimmed, the offsets are of the line as it stands. */
export interface Line extends Offsets {
  readonly text: string;
}

/** What ends a line: a line break, or a block-level HTML tag, so that an HTML email reads like a plain one. */
const lineBreak =
  /\r?\n|<\/?(?:p|div|br|hr|tr|td|th|table|tbody|thead|ul|ol|li|h[1-6]|blockquote|body|html|center)\b[^<>]*>/gi;

/** The lines of a text, blank ones included, in order. Two closing tags in a row make a blank line between them. */
export function linesOf(text: string): readonly Line[] {
  const lines: Line[] = [];
  let start = 0;
  for (const [end, next] of breaksOf(text)) {
    const raw = text.slice(start, end);
    lines.push({ start, end, text: (raw.includes("<") ? raw.replace(/<[^<>]*>/g, "") : raw).trim() });
    start = next;
  }
  return lines;
}

function breaksOf(text: string): [number, number][] {
  const breaks = [...text.matchAll(lineBreak)].map((match): [number, number] => [
    match.index,
    match.index + match[0].length,
  ]);
  return [...breaks, [text.length, text.length]];
}

/** Longest runs of neighbouring lines that all belong, as `[first, last]` indices, both inclusive. */
export function runsOf(
  lines: readonly Line[],
  belongs: (line: Line, index: number) => boolean,
): readonly (readonly [number, number])[] {
  const runs: [number, number][] = [];
  lines.forEach((line, index) => {
    if (!belongs(line, index)) return;
    const last = runs.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else runs.push([index, index]);
  });
  return runs;
}

/** From the first of these lines to the last, both inclusive. */
export function stretch(lines: readonly Line[], first: number, last: number): Offsets {
  return { start: lines[first]?.start ?? 0, end: lines[last]?.end ?? 0 };
}

/** The index of the first line from `from` on that is not blank, or the number of lines. */
export function nextFilled(lines: readonly Line[], from: number): number {
  let index = from;
  while (lines[index]?.text === "") index++;
  return index;
}

/** The index of the first line from `from` on that fits, or undefined. */
export function nextThat(
  lines: readonly Line[],
  from: number,
  fits: (line: Line) => boolean,
): number | undefined {
  for (let index = from; index < lines.length; index++) {
    const line = lines[index];
    if (line !== undefined && fits(line)) return index;
  }
  return undefined;
}

/** The last line of the paragraph that has the line `index`, or of its next `most` lines. */
export function paragraphEnd(lines: readonly Line[], index: number, most = Number.POSITIVE_INFINITY): number {
  let last = index;
  while ((lines[last + 1]?.text ?? "") !== "" && last - index < most) last++;
  return last;
}
