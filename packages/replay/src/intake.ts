/** Counts what a reader took from a trace and what it left, and why. Places in lists are counted together. */
export class Intake {
  readonly #taken = new Map<string, number>();
  readonly #left = new Map<string, { readonly what: string; readonly why: string; count: number }>();

  /** @param field as in `messages[3].content`, counted as `messages[].content`; runs in runs are counted together, too */
  take(field: string): void {
    const name = field
      .replace(/\[\d+\]/g, "[]")
      .replace(/\.\d+(?=\.)/g, ".*")
      .replace(/(\w+\[\]\.)\1+/g, "$1");
    this.#taken.set(name, (this.#taken.get(name) ?? 0) + 1);
  }

  /** @param what as in "user messages" */
  leave(what: string, why: string): void {
    const key = `${what}\n${why}`;
    const known = this.#left.get(key);
    if (known === undefined) this.#left.set(key, { what, why, count: 1 });
    else known.count += 1;
  }

  /** Number of texts and calls by the field they stood in. */
  get taken(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#taken);
  }

  /** What was left out, and why, the most frequent first. */
  get left(): readonly { readonly what: string; readonly why: string; readonly count: number }[] {
    return [...this.#left.values()].sort((a, b) => b.count - a.count).map((one) => ({ ...one }));
  }
}
