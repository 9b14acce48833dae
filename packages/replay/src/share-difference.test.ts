import { expect, test } from "vitest";
import { shareDifference } from "./share-difference.js";
import type { Unit } from "./unit.js";

const nothing = { texts: 0, total: 0 };

test("of single texts it is Newcombe's interval: 48 of 80 and 56 of 70 differ by 0.20 (0.05-0.33)", () => {
  // Table II, (a), method 10 of Newcombe (1998): 0.0524 to 0.3339. Ours counts one text less, as a variance over groups does.
  const texts = (count: number, of: number) => Array.from({ length: of }, (_, at) => Number(at < count));
  const units: readonly Unit[] = [
    ...texts(48, 80).map((total) => ({ a: { texts: 1, total }, b: nothing, isPair: false })),
    ...texts(56, 70).map((total) => ({ a: nothing, b: { texts: 1, total }, isPair: false })),
  ];
  const { difference } = shareDifference(units);
  expect(difference?.value).toBeCloseTo(0.2, 12);
  expect(difference?.low).toBeCloseTo(0.0524, 2);
  expect(difference?.high).toBeCloseTo(0.3339, 2);
});

test("sessions that are alike in both runs tell more of the difference than sessions that are not", () => {
  const shares = [0, 1, 2, 3, 8, 9, 10, 10];
  const difference = (order: readonly number[]) =>
    shareDifference(
      shares.map((total, at) => ({
        a: { texts: 10, total },
        b: { texts: 10, total: order[at] ?? 0 },
        isPair: true,
      })),
    ).difference;
  const [alike, unlike] = [difference(shares), difference(shares.toReversed())];
  const width = (one: typeof alike) => (one?.high ?? 0) - (one?.low ?? 0);
  expect(width(alike)).toBeLessThan(0.05);
  expect(width(unlike)).toBeGreaterThan(0.5);
});

test("without texts in one run there is no difference", () => {
  expect(shareDifference([{ a: { texts: 3, total: 1 }, b: nothing, isPair: false }])).not.toHaveProperty(
    "difference",
  );
});
