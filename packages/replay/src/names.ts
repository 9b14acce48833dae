/** Numbers names in the order of their coming, so that columns hold small numbers. */
export class Names<Name = string> {
  readonly #numbers = new Map<string, number>();
  readonly list: Name[] = [];

  /** @param key what tells one name from another */
  numberOf(key: string, name: Name): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.list.length);
    return this.list.push(name) - 1;
  }
}
