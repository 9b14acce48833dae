import { type Line, runsOf, stretch } from "./line.js";
import type { Offsets } from "./voice.js";

const longestCell = 40;
const fewestRows = 3;

/** Tables: Markdown, drawn with boxes, or aligned with spaces. */
export function tablesIn(text: string, lines: readonly Line[]): readonly Offsets[] {
  return [...barred(lines), ...aligned(lines, text)];
}

const fullRow = /^\|.*\|$|^[┌├└│╔╠╚║].*[┐┤┘│╗╣╝║]$|^\+[-=+]{3,}\+$/;
const ruler = /^:?-{2,}:?(?:\s?\|\s?:?-{2,}:?)+$/;

function barred(lines: readonly Line[]): readonly Offsets[] {
  const full = runsOf(lines, ({ text }) => fullRow.test(text));
  const open = runsOf(lines, ({ text }) => text.includes("|")).filter(([first, last]) =>
    lines.slice(first, last + 1).some(({ text }) => ruler.test(text)),
  );
  return [...full, ...open].map(([first, last]) => stretch(lines, first, last));
}

/** At least three neighbouring lines of as many short cells each, set apart by tabs or two and more spaces. */
function aligned(lines: readonly Line[], text: string): readonly Offsets[] {
  const cells = lines.map(({ start, end }) => cellsOf(text.slice(start, end)));
  let columns = 0;
  const runs: [number, number][] = [];
  cells.forEach((count, index) => {
    const last = runs.at(-1);
    if (count >= 2 && count === columns && last !== undefined && last[1] === index - 1) last[1] = index;
    else if (count >= 2) runs.push([index, index]);
    columns = count;
  });
  return runs
    .filter(([first, last]) => last - first + 1 >= fewestRows)
    .map(([first, last]) => stretch(lines, first, last));
}

/** How many cells a table row has; 0 for a line that is none. Two spaces after a full stop are typing, not a table. */
function cellsOf(line: string): number {
  if (line.length > 240 || !/\S(?:\t| {2,})\S/.test(line)) return 0;
  const cells = line.trim().split(/\t+| {2,}/);
  const isProse = cells.some((cell) => cell.length > longestCell || /[\p{L}][.!?,;]$/u.test(cell));
  return isProse || /^(?:[-*•]|\d+[.)])$/.test(cells[0] ?? "") ? 0 : cells.length;
}
