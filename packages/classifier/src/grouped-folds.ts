import { seededRandom } from "@persona-guard/core";

interface Counts {
  positives: number;
  negatives: number;
}

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
  const members = new Map<string, Counts>();
  const total: Counts = { positives: 0, negatives: 0 };
  for (const [at, group] of groups.entries()) {
    const counts = members.get(group) ?? { positives: 0, negatives: 0 };
    members.set(group, counts);
    for (const one of [counts, total]) one[isPositive[at] ? "positives" : "negatives"]++;
  }
  const dealt = Array.from({ length: folds }, (): Counts => ({ positives: 0, negatives: 0 }));
  const foldOf = new Map<string, number>();
  // The largest first: small groups can then even out what large ones left uneven.
  for (const [group, counts] of shuffled([...members], seed).sort(([, a], [, b]) => size(b) - size(a))) {
    /** How much a fold has of what the group would bring, in shares of each class. */
    const load = ({ positives, negatives }: Counts) =>
      (counts.positives * positives) / total.positives ** 2 +
      (counts.negatives * negatives) / total.negatives ** 2;
    const least = dealt.reduce((best, fold) => {
      const difference = load(fold) - load(best);
      return difference < 0 || (difference === 0 && size(fold) < size(best)) ? fold : best;
    });
    least.positives += counts.positives;
    least.negatives += counts.negatives;
    foldOf.set(group, dealt.indexOf(least));
  }
  return groups.map((group) => foldOf.get(group) ?? 0);
}

function size({ positives, negatives }: Counts): number {
  return positives + negatives;
}

/** A copy in an order that only `seed` decides (Fisher-Yates). */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const random = seededRandom(seed);
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
