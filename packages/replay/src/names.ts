/** Numbers names in the order of their coming, so that columns hold small numbers. */
export class Names<Name = string> {
  readonly #numbers = new Map<string, number>();
  readonly list: Name[] = [];

  /** @param most names that are kept */
  constructor(private readonly most = Number.POSITIVE_INFINITY) {}

  /** @param key what tells one name from another @returns -1 for a name that came after the last one kept */
  numberOf(key: string, name: Name): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.list.length >= this.most) return -1;
    this.#numbers.set(key, this.list.length);
    return this.list.push(name) - 1;
  }
}
