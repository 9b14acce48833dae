/** Fisher and Yates' shuffle by Numerical Recipes' linear congruential generator. */
export function shuffled<Item>(items: readonly Item[], seed: number): readonly Item[] {
  const left = [...items];
  let state = seed;
  for (let at = left.length - 1; at > 0; at -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (at + 1));
    [left[at], left[other]] = [left[other] as Item, left[at] as Item]; // both indices are in range
  }
  return left;
}
