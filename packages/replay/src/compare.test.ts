import { type Kind, seededRandom } from "@persona-guard/core";
import { expect, test } from "vitest";
import { type Comparison, compareRuns } from "./compare.js";
import type { ComparedText } from "./compare-questions.js";

interface Release {
  readonly sessions: number;
  /** Share of emails that apologise; all else is alike in every release. */
  readonly remorseInEmails?: number;
  /** Sessions are named alike in both runs, and so is their bent, or apart. */
  readonly isPaired?: boolean;
  readonly name: string;
  /** Of the sessions' bents. @default 1.5 */
  readonly spread?: number;
}

const shares = { sarcasm: 0.05, sycophancy: 0.1, remorse: 0.04 };

/**
 * Sessions of six chat replies and four emails. Each session has a bent of its own: it multiplies the odds of every label but
 * neutral by exp(spread times a normal number), so that its texts go together.
 */
function simulated(
  release: Release,
  random: () => number,
  bents: readonly number[],
): readonly ComparedText[] {
  const { spread = 1.5 } = release;
  return Array.from({ length: release.sessions }, (_, session) => {
    const unit = release.isPaired ? `${session}` : `${release.name}-${session}`;
    const bent = bents[session] ?? 0;
    return Array.from({ length: 10 }, (_, at): ComparedText => {
      const kind: Kind = at < 6 ? "chat" : "email";
      const remorse = kind === "email" ? (release.remorseInEmails ?? shares.remorse) : shares.remorse;
      const odds = Object.entries({ ...shares, remorse }).map(
        ([label, share]) => [label, (share / (1 - share)) * Math.exp(spread * bent)] as const,
      );
      const label = drawn([...odds, ["neutral", 1]], random);
      const confidence = (label === "neutral" ? 0.9 : 0.1) + 0.1 * random() - 0.02 * bent;
      return { unit, kind, label, confidence, outcome: label === "neutral" ? "in-persona" : "drifted" };
    });
  }).flat();
}

function drawn(odds: readonly (readonly [string, number])[], random: () => number): string {
  let left = random() * odds.reduce((sum, [, one]) => sum + one, 0);
  for (const [label, one] of odds) {
    left -= one;
    if (left < 0) return label;
  }
  return "neutral";
}

function normals(count: number, random: () => number): readonly number[] {
  return Array.from(
    { length: count },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}

function pairOfRuns(a: Release, b: Release, seed: number) {
  const random = seededRandom(seed);
  const bents = normals(a.sessions, random);
  const bentsOfB = b.isPaired ? bents : normals(b.sessions, random);
  return { a: simulated(a, random, bents), b: simulated(b, random, bentsOfB) };
}

function anyShift({ tests }: Comparison): boolean {
  return tests.some(({ isShift }) => isShift);
}

const trials = 200;
/** alpha = 0.05 and three standard errors of a share over the trials. */
const mostFalse = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / trials);

test.each([
  { design: "other sessions", isPaired: false, sessionsOfB: 40 },
  { design: "other and fewer sessions", isPaired: false, sessionsOfB: 15 },
  { design: "the same sessions", isPaired: true, sessionsOfB: 40 },
  { design: "some of the sessions", isPaired: true, sessionsOfB: 25 },
])(
  "of 200 pairs of equal releases on $design, no more than 5 % are said to differ in anything",
  ({ isPaired, sessionsOfB }) => {
    let shifts = 0;
    for (let trial = 0; trial < trials; trial += 1) {
      const { a, b } = pairOfRuns(
        { name: "a", sessions: 40, isPaired },
        { name: "b", sessions: sessionsOfB, isPaired },
        trial,
      );
      shifts += Number(anyShift(compareRuns(a, b, { seed: trial })));
    }
    expect(shifts / trials).toBeLessThanOrEqual(mostFalse);
  },
);

test("were texts taken for independent of their session, equal releases would be said to differ far too often", () => {
  const alone = (texts: readonly ComparedText[]) =>
    texts.map((text, at) => ({ ...text, unit: `${text.unit}/${at}` }));
  let shifts = 0;
  for (let trial = 0; trial < 40; trial += 1) {
    const { a, b } = pairOfRuns(
      { name: "a", sessions: 40, spread: 3 },
      { name: "b", sessions: 40, spread: 3 },
      trial,
    );
    shifts += Number(anyShift(compareRuns(alone(a), alone(b), { rearrangements: 999 })));
  }
  expect(shifts / 40).toBeGreaterThan(0.15);
});

test.each([
  { design: "other sessions", isPaired: false },
  { design: "the same sessions", isPaired: true },
])(
  "a release that apologises in more of its emails is found on $design, with its size, and in emails alone",
  ({ isPaired }) => {
    const releases = [
      { name: "a", sessions: 60, isPaired },
      { name: "b", sessions: 60, isPaired, remorseInEmails: 0.2 },
    ] as const;
    let [found, elsewhere] = [0, 0];
    for (let trial = 0; trial < 50; trial += 1) {
      const { a, b } = pairOfRuns(...releases, trial);
      const comparison = compareRuns(a, b, { rearrangements: 1_999 });
      found += Number(remorseInEmails(comparison).isShift);
      elsewhere += Number(comparison.tests.some(({ kind, isShift }) => kind === "chat" && isShift));
    }
    expect(found / 50).toBeGreaterThanOrEqual(0.8);
    expect(elsewhere / 50).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt((0.05 * 0.95) / 50));

    const differences = Array.from({ length: 200 }, (_, trial) => {
      const { a, b } = pairOfRuns(...releases, trial + 1_000);
      const { shares } = remorseInEmails(compareRuns(a, b, { rearrangements: 1 }));
      return shares.difference ?? { value: 0, low: 0, high: 0 };
    });
    const truth = differences.reduce((sum, { value }) => sum + value, 0) / differences.length;
    const covered = differences.filter(({ low, high }) => low <= truth && truth <= high).length;
    expect(covered / differences.length).toBeGreaterThanOrEqual(0.95 - 3 * Math.sqrt((0.05 * 0.95) / 200));
    expect(covered / differences.length).toBeLessThan(1);
  },
);

test("a comparison repeats for a seed, and says which kinds have too few sessions", () => {
  const { a, b } = pairOfRuns({ name: "a", sessions: 40 }, { name: "b", sessions: 40 }, 5);
  const report = Array.from({ length: 5 }, (_, at) => ({ ...text("report"), unit: `r${at}` }));
  const compared = compareRuns([...a, ...report], b, { seed: 9 });
  expect(compareRuns([...a, ...report], b, { seed: 9 })).toEqual(compared);
  expect(compared.tooFew).toEqual([{ kind: "report", a: 5, b: 0 }]);
  expect(compared.units).toEqual({ a: 45, b: 40, inBoth: 0 });
  expect(compared.texts).toEqual({ a: 405, b: 400 });
});

test("texts without a label are compared in confidence and drift alone, and all kinds together in drift", () => {
  const { a, b } = pairOfRuns({ name: "a", sessions: 40 }, { name: "b", sessions: 40 }, 5);
  const unlabelled = (texts: readonly ComparedText[]) => texts.map(({ label, ...rest }) => rest);
  const { tests } = compareRuns(unlabelled(a), unlabelled(b));
  expect(tests.map(({ kind, measure }) => [kind, measure])).toEqual([
    ["all", "drift-rate"],
    ["chat", "confidence"],
    ["chat", "drift-rate"],
    ["email", "confidence"],
    ["email", "drift-rate"],
  ]);
});

test("one long session tells nothing, and that is said", () => {
  const one = (unit: string) => Array.from({ length: 500 }, () => ({ ...text("chat"), unit }));
  expect(compareRuns(one("a"), one("b"))).toMatchObject({
    tests: [],
    tooFew: [{ kind: "chat", a: 1, b: 1 }],
  });
});

test.each([0, 1, Number.NaN])("an alpha of %d is refused", (alpha) => {
  expect(() => compareRuns([], [], { alpha })).toThrow("must lie between 0 and 1");
});

function text(kind: Kind): Omit<ComparedText, "unit"> {
  return { kind, label: "neutral", confidence: 0.9, outcome: "in-persona" };
}

function remorseInEmails({ tests }: Comparison) {
  for (const one of tests)
    if (one.kind === "email" && one.measure === "label" && one.label === "remorse") return one;
  throw new Error("remorse in emails was not tested");
}
