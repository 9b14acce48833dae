import { countUpTo } from "@persona-guard/core";
import type { Effect } from "./share-difference.js";

/** 0.975 quantile of the standard normal distribution. */
const z = 1.959963984540054;

/** A value of one text, and the unit that it belongs to. */
export interface UnitValue {
  readonly unit: string;
  readonly value: number;
}

/**
 * P(a value of B is above one of A) - P(it is below), in [-1, 1], with its 95 % interval by the variance over units of each value's
 * rank among the other run's.
 *
 * @param a one value or more
 * @param b one value or more
 * @see Cliff, Dominance statistics, Psychological Bulletin 114 (1993)
 * @see Obuchowski, Nonparametric analysis of clustered ROC curve data, Biometrics 53 (1997)
 */
export function cliffsDelta(a: readonly UnitValue[], b: readonly UnitValue[]): Effect {
  const ranksInA = rankAmong(a);
  const ranksInB = rankAmong(b);
  const dominance = {
    a: a.map(({ unit, value }) => ({ unit, value: 1 - (2 * ranksInB(value)) / b.length })),
    b: b.map(({ unit, value }) => ({ unit, value: (2 * ranksInA(value)) / a.length - 1 })),
  };
  const delta = dominance.b.reduce((sum, { value }) => sum + value, 0) / b.length;
  const ofUnit = new Map<string, number>();
  for (const one of [dominance.a, dominance.b]) {
    for (const { unit, value } of one)
      ofUnit.set(unit, (ofUnit.get(unit) ?? 0) + (value - delta) / one.length);
  }
  const squares = [...ofUnit.values()].reduce((sum, one) => sum + one * one, 0);
  const units = ofUnit.size;
  const margin = units < 2 ? 2 : z * Math.sqrt((squares * units) / (units - 1));
  return { value: delta, low: Math.max(-1, delta - margin), high: Math.min(1, delta + margin) };
}

/**
 * Values whose mean differs between the runs by Cliff's delta, for a test that deals texts to runs: mid-ranks among all texts of
 * both runs, times 2 / their number. They stay the same however the texts are dealt.
 */
export function pooledRanks(a: readonly UnitValue[], b: readonly UnitValue[]): (value: number) => number {
  const rank = rankAmong([...a, ...b]);
  return (value) => (2 * rank(value)) / (a.length + b.length);
}

/** How many of the values are below a value, those equal to it counted half. */
function rankAmong(values: readonly UnitValue[]): (value: number) => number {
  const ascending = Float64Array.from(values, ({ value }) => value).sort();
  const descending = ascending.map((value) => -value).reverse();
  return (value) => (countUpTo(value, ascending) + ascending.length - countUpTo(-value, descending)) / 2;
}
