const chunkSize = 4096;

/** A long list of numbers in 4 bytes each, that becomes an array in JSON without ever being one. */
export class Column {
  readonly #chunks: Int32Array[] = [];
  #length = 0;

  /** @param precision numbers are kept to the nearest multiple of 1 / precision, and lie within 2^31 of those */
  constructor(private readonly precision = 1) {}

  get length(): number {
    return this.#length;
  }

  push(number: number): void {
    const at = this.#length % chunkSize;
    if (at === 0) this.#chunks.push(new Int32Array(chunkSize));
    const chunk = this.#chunks.at(-1);
    if (chunk !== undefined) chunk[at] = Math.round(number * this.precision);
    this.#length += 1;
  }

  /** In pieces. */
  *json(): Generator<string> {
    yield "[";
    for (const [at, chunk] of this.#chunks.entries()) {
      const used = chunk.subarray(0, this.#length - at * chunkSize);
      yield (at === 0 ? "" : ",") + Array.from(used, (number) => number / this.precision).join(",");
    }
    yield "]";
  }
}
