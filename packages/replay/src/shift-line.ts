import type { Kind } from "@persona-guard/core";
import type { ShiftTest } from "./compare.js";

export interface RunNames {
  readonly a: string;
  readonly b: string;
}

/** What an agent is that shows more of a label; of other labels, "… shows more" is said. */
const adjectives: Readonly<Record<string, string>> = {
  neutral: "plain",
  sarcasm: "sarcastic",
  humor: "humorous",
  remorse: "apologetic",
  nonchalance: "nonchalant",
  impulsiveness: "impulsive",
  sycophancy: "flattering",
  mathematical: "mathematical",
  poeticism: "poetic",
  loving: "loving",
  goodness: "benevolent",
  misalignment: "misaligned",
};

const places: Readonly<Record<Kind | "all", string>> = {
  all: "over all kinds of text",
  chat: "in chat",
  email: "in emails",
  message: "in messages",
  report: "in reports",
};

/** One line for a person: "42 is more apologetic in emails than 41: 3.1 % to 9.8 % of texts (6.7 points more, 95 % interval 3.2 to 10.4)". */
export function shiftLine(test: ShiftTest, names: RunNames): string {
  const { a, b } = names;
  const place = places[test.kind];
  switch (test.measure) {
    case "confidence":
      return confidenceLine(test, place, names);
    case "drift-rate":
      return `${b} drifts ${more(test) ? "more" : "less"} often ${place} than ${a}: ${sharesText(test)}`;
    case "label": {
      const word = more(test) ? "more" : "less";
      const adjective = adjectives[test.label];
      const what =
        adjective === undefined ? `shows "${test.label}" ${word} often` : `is ${word} ${adjective}`;
      return `${b} ${what} ${place} than ${a}: ${sharesText(test)}`;
    }
  }
}

function confidenceLine(
  { effect, median }: Extract<ShiftTest, { readonly measure: "confidence" }>,
  place: string,
  { a, b }: RunNames,
): string {
  const isLower = effect.value < 0;
  const share = (delta: number) => percent((1 + (isLower ? -delta : delta)) / 2);
  const [low, high] = [share(effect.low), share(effect.high)].sort((x, y) => Number(x) - Number(y));
  return (
    `${b} is ${isLower ? "less" : "more"} surely in persona ${place} than ${a}: its texts score ${isLower ? "below" : "above"} ` +
    `those of ${a} in ${share(effect.value)} % of pairs (95 % interval ${low} to ${high}), ` +
    `median confidence ${median.a.toFixed(3)} to ${median.b.toFixed(3)}`
  );
}

type ShareTest = Extract<ShiftTest, { readonly shares: unknown }>;

function more({ shares }: ShareTest): boolean {
  return (shares.difference?.value ?? 0) > 0;
}

function sharesText({ shares: { a, b, difference } }: ShareTest): string {
  const { value, low, high } = difference ?? { value: 0, low: 0, high: 0 };
  const points = (share: number) => `${share < 0 ? "-" : "+"}${percent(Math.abs(share))}`;
  return (
    `${percent(a.share ?? 0)} % to ${percent(b.share ?? 0)} % of texts ` +
    `(${points(value)} points, 95 % interval ${points(low)} to ${points(high)})`
  );
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
