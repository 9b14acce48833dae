/** The values of several sources as they come; ends when the first source ends. The sources are to be ended by the caller. */
export async function* merged<Value>(sources: readonly AsyncIterable<Value>[]): AsyncGenerator<Value> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const next = (index: number) => iterators[index]?.next().then((result) => ({ index, result }));
  const coming = iterators.map((_, index) => next(index));
  while (true) {
    const first = await Promise.race(coming);
    if (first === undefined || first.result.done) return;
    yield first.result.value;
    coming[first.index] = next(first.index);
  }
}
