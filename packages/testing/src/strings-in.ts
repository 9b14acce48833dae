/** Deeper than any message or event lies; ends the walk through odd objects. */
const deepest = 24;

interface PlacedString {
  readonly text: string;
  /**
   * The id of the message or run that it belongs to and its path in the value: pieces of one text that arrive one after the
   * other have the same place.
   */
  readonly place: string;
}

/** Every string in a value, however deep, in document order; each object is visited once. */
export function stringsIn(value: unknown): readonly PlacedString[] {
  const found: PlacedString[] = [];
  const seen = new Set<object>();
  const visit = (current: unknown, owner: string, path: string, depth: number) => {
    if (typeof current === "string") found.push({ text: current, place: `${owner} ${path}` });
    if (typeof current !== "object" || current === null || depth > deepest || seen.has(current)) return;
    seen.add(current);
    const entries = current instanceof Map ? [...current] : Object.entries(current);
    const named = entries.find(([key, id]) => (key === "id" || key === "run_id") && typeof id === "string");
    const nextOwner = typeof named?.[1] === "string" && !Array.isArray(current) ? named[1] : owner;
    for (const [key, inner] of entries) visit(inner, nextOwner, `${path}.${key}`, depth + 1);
  };
  visit(value, "", "", 0);
  return found;
}
