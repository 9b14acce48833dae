/**
 * Texts dealt into folds, each with about the same share of either class, texts of one group together.
 *
 * @param groups one name a text; texts that share one must not be on both sides of a split
 * @param seed which of the many ways to deal them; the same one gives the same folds
 * @returns the fold of each text, in [0, folds)
 */
export function groupedFolds(
  groups: readonly string[],
  isPositive: readonly boolean[],
  folds: number,
  seed: number,
): readonly number[] {
  const members = new Map<string, { positives: number; negatives: number }>();
  for (const [at, group] of groups.entries()) {
    const counts = members.get(group) ?? { positives: 0, negatives: 0 };
    if (isPositive[at]) counts.positives++;
    else counts.negatives++;
    members.set(group, counts);
  }
  const size = (counts: { positives: number; negatives: number }) => counts.positives + counts.negatives;
  const dealt = Array.from({ length: folds }, () => ({ positives: 0, negatives: 0 }));
  const foldOf = new Map<string, number>();
  // The largest first: small groups can then even out what large ones left uneven.
  for (const [group, counts] of shuffled([...members], seed).sort(([, a], [, b]) => size(b) - size(a))) {
    const load = (fold: { positives: number; negatives: number }) =>
      counts.positives * fold.positives + counts.negatives * fold.negatives;
    let best = 0;
    for (const [at, fold] of dealt.entries()) {
      const [least, this_] = [dealt[best] ?? fold, fold];
      if (load(this_) < load(least) || (load(this_) === load(least) && size(this_) < size(least))) best = at;
    }
    const fold = dealt[best];
    if (fold !== undefined) {
      fold.positives += counts.positives;
      fold.negatives += counts.negatives;
    }
    foldOf.set(group, best);
  }
  return groups.map((group) => foldOf.get(group) ?? 0);
}

/** A copy in an order that only `seed` decides (Fisher-Yates). */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = mulberry32(seed);
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [copy[last], copy[other]];
    if (a === undefined || b === undefined) continue;
    copy[last] = b;
    copy[other] = a;
  }
  return copy;
}

/** Numbers in [0, 1). @see Ettinger, mulberry32 (2017, public domain) */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
