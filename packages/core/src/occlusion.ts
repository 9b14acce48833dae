import type { Offsets } from "./voice.js";

/** The text with some stretches of it taken out. */
export function without(text: string, removed: readonly Offsets[]): string {
  let left = "";
  let at = 0;
  for (const { start, end } of removed.toSorted((a, b) => a.start - b.start)) {
    left += text.slice(at, start);
    at = end;
  }
  return left + text.slice(at);
}

/** At most `most` stretches: neighbours are joined where there are more, by equal counts. */
export function joinedTo(most: number, stretches: readonly Offsets[]): readonly Offsets[] {
  const size = Math.ceil(stretches.length / most);
  const joined: Offsets[] = [];
  for (let at = 0; at < stretches.length; at += size) {
    const first = stretches[at];
    const last = stretches[Math.min(at + size, stretches.length) - 1];
    if (first !== undefined && last !== undefined) joined.push({ start: first.start, end: last.end });
  }
  return joined;
}
