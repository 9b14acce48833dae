/**
 * A text in parts, those that are evidence marked. Evidence is looked for by its words: its offsets are of the text before
 * masking, which may have changed lengths.
 */
export function markedParts(
  text: string,
  evidence: readonly string[],
): readonly { readonly part: string; readonly isMarked: boolean }[] {
  const found = evidence
    .map((sentence) => ({ start: text.indexOf(sentence), length: sentence.length }))
    .filter(({ start, length }) => start >= 0 && length > 0)
    .sort((a, b) => a.start - b.start);
  const parts: { part: string; isMarked: boolean }[] = [];
  let from = 0;
  for (const { start, length } of found) {
    const begin = Math.max(start, from);
    const end = start + length;
    if (end <= begin) continue;
    parts.push(
      { part: text.slice(from, begin), isMarked: false },
      { part: text.slice(begin, end), isMarked: true },
    );
    from = end;
  }
  parts.push({ part: text.slice(from), isMarked: false });
  return parts.filter(({ part }) => part !== "");
}
