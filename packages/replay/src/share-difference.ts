import { clusteredShareOf, type Share } from "./share.js";
import type { Unit } from "./unit.js";

/** An effect with its 95 % interval. */
export interface Effect {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A share in both runs, and what B has more of it than A. */
export interface SharesCompared {
  readonly a: Share;
  readonly b: Share;
  /** Absent where one of the runs has nothing to count. */
  readonly difference?: Effect;
}

/**
 * The difference of two shares from the Wilson intervals of each, widened for texts that go together (`clusteredShareOf`), and with
 * the correlation of units that occur in both runs.
 *
 * With d = b - a: low = d - sqrt(x^2 - 2 r x y + y^2), x = b - low of b, y = high of a - a, r the correlation; high likewise.
 *
 * @see Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine 17 (1998), method 10
 * @see Zou and Donner, Construction of confidence limits about effect measures, Statistics in Medicine 27 (2008)
 */
export function shareDifference(units: readonly Unit[]): SharesCompared {
  const a = clusteredShareOf(groupsOf(units, "a"));
  const b = clusteredShareOf(groupsOf(units, "b"));
  const { share: shareA, low: lowA = 0, high: highA = 1 } = a;
  const { share: shareB, low: lowB = 0, high: highB = 1 } = b;
  if (shareA === undefined || shareB === undefined) return { a, b };
  const r = correlation(units, shareA, shareB);
  const margin = (x: number, y: number) => Math.sqrt(Math.max(0, x * x - 2 * r * x * y + y * y));
  const value = shareB - shareA;
  return {
    a,
    b,
    difference: {
      value,
      low: Math.max(-1, value - margin(shareB - lowB, highA - shareA)),
      high: Math.min(1, value + margin(highB - shareB, shareA - lowA)),
    },
  };
}

function groupsOf(units: readonly Unit[], run: "a" | "b") {
  return units.flatMap((unit) =>
    unit[run].texts === 0 ? [] : [{ count: unit[run].total, of: unit[run].texts }],
  );
}

/** Of what each unit adds to the two shares; 0 where no unit occurs in both. */
function correlation(units: readonly Unit[], shareA: number, shareB: number): number {
  let [ofA, ofB, ofBoth] = [0, 0, 0];
  for (const { a, b } of units) {
    const [x, y] = [a.total - shareA * a.texts, b.total - shareB * b.texts];
    ofA += x * x;
    ofB += y * y;
    ofBoth += x * y;
  }
  return ofA === 0 || ofB === 0 ? 0 : ofBoth / Math.sqrt(ofA * ofB);
}
