import { factTypes } from "@persona-guard/core";

type FactType = (typeof factTypes)[number];
/** What a rewrite must not change, by type. */
export type Facts = Readonly<Record<FactType, readonly string[]>>;

const months = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
/** "may" in small letters is a verb. */
const month =
  "(?:[Jj]an(?:uary)?|[Ff]eb(?:ruary)?|[Mm]ar(?:ch)?|[Aa]pr(?:il)?|May|[Jj]une?|[Jj]uly?|[Aa]ug(?:ust)?|[Ss]ep(?:t(?:ember)?)?|[Oo]ct(?:ober)?|[Nn]ov(?:ember)?|[Dd]ec(?:ember)?)\\b\\.?";
const day = "(?:[12]?\\d|3[01])(?:st|nd|rd|th)?";
const currency = "(?:euros?|eur|dollars?|usd|pounds?|gbp|francs?|chf|yen|jpy|[€$£¥])";
const amount = "\\d[\\d.,']{0,30}\\d|\\d";

/**
 * In the order of `factTypes`, each taking its text away from the next: a date's day is not a number beside it. Quantifiers are
 * bounded, so that no text takes long.
 */
const patterns: Readonly<Record<Exclude<FactType, "names">, RegExp>> = {
  urls: /\bhttps?:\/\/[^\s<>"')\]]{1,2000}[^\s<>"')\].,;:!?]/gi,
  emails: /\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}\b/g,
  dates: new RegExp(
    `\\b\\d{4}-\\d{2}-\\d{2}\\b|\\b\\d{1,2}[/.]\\d{1,2}[/.]\\d{2,4}\\b|\\b${day}(?: of)? ${month}(?:,? \\d{4})?|\\b${month} ${day}\\b(?:,? \\d{4}\\b)?`,
    "g",
  ),
  amounts: new RegExp(
    `[€$£¥] ?(?:${amount})|\\b(?:eur|usd|gbp|chf|jpy) ?(?:${amount})|\\b(?:${amount}) ?${currency}(?!\\w)`,
    "gi",
  ),
  ids: /#\w{0,40}\d\w{0,40}|\b(?=[\w/-]{0,80}\d)(?=[\w/-]{0,80}[A-Za-z])[A-Za-z\d]{1,80}(?:[-_/][A-Za-z\d]{1,40}){0,9}\b/g,
  numbers: new RegExp(`(?<![\\w.])(?:\\d{1,2}:\\d{2}|${amount})(?: ?%| per ?cent)?`, "g"),
};
const smallNumbers = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
/** "4th", "30min", "5-day" and "post-2019" are numbers, not ids. */
const numberWithUnit =
  /^(?:\d+(?:st|nd|rd|th|h|hrs?|min|s|ms|k|m|km|kg|g|cm|mm|am|pm|x|gb|mb|kb|ish)|\d+(?:-[a-z]+)+|[a-z]{3,}-\d+)$/i;
const titles = /^(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam|I|I'm|I'll|I've|I'd|OK)$/;
/** Capitalised for another reason than being a name. */
const noName = new RegExp(
  `^(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?|${month}|\\p{Lu}+)$`,
  "u",
);

/** The facts of a text, each in one spelling: "214.60 euros" and "EUR 214.60" are the same. */
function factsOf(text: string): Facts {
  const facts: Partial<Record<FactType, readonly string[]>> = {};
  let rest = text;
  for (const type of factTypes) {
    if (type === "names") continue;
    const found: string[] = [];
    rest = rest.replace(patterns[type], (match) => {
      if (type === "ids" && numberWithUnit.test(match)) return match;
      found.push(spelling[type](match));
      return " ";
    });
    facts[type] = unique(found);
  }
  // Every type is filled in by the loop and the next line.
  return { ...facts, names: unique(namesIn(rest)) } as Facts;
}

/**
 * The facts of `before` that are not in `after`: lost, or changed.
 *
 * A name counts as kept in any case of its letters, a number also as a word ("two"), an amount also without its currency.
 */
export function factsLost(before: string, after: string): Facts {
  const [old, now] = [factsOf(before), factsOf(after)];
  const words = new Set(after.toLowerCase().match(/[\p{L}\d]+/gu));
  const everything = new Set(factTypes.flatMap((type) => now[type]));
  const isKept = (type: FactType, fact: string) =>
    everything.has(fact) ||
    (type === "names" && words.has(fact.toLowerCase())) ||
    (type === "amounts" && now.numbers.includes(fact.split(" ")[0] ?? "")) ||
    (type === "numbers" && words.has(smallNumbers[Number(fact)] ?? "")) ||
    (type === "dates" && now.dates.some((date) => date.startsWith(fact)));
  // One list for each type, as in `old`.
  return Object.fromEntries(
    factTypes.map((type) => [type, old[type].filter((fact) => !isKept(type, fact))]),
  ) as unknown as Facts;
}

const spelling: Readonly<Record<Exclude<FactType, "names">, (match: string) => string>> = {
  urls: (match) => match,
  emails: (match) => match.toLowerCase(),
  dates: dateSpelling,
  amounts: (match) => `${numberSpelling(match.replace(/[^\d.,']/g, ""))} ${currencyOf(match)}`,
  ids: (match) => match.replace(/^#/, "").toUpperCase(),
  numbers: numberSpelling,
};

/** "12 May 2026" and "May 12th, 2026" as "12 may 2026"; a date of numbers alone as it stands. */
function dateSpelling(match: string): string {
  const name = match
    .toLowerCase()
    .match(/[a-z]{3,}/g)
    ?.find((word) => months.includes(word.slice(0, 3)));
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(match);
  if (iso !== null) return `${Number(iso[3])} ${months[Number(iso[2]) - 1] ?? ""} ${iso[1]}`;
  if (name === undefined) return match.replaceAll(".", "/");
  const [first, year] = match.match(/\d+/g) ?? [];
  return [Number(first), name.slice(0, 3), year ?? ""].join(" ").trim();
}

/** "1,234.50", "1.234,50" and "1234.5" as "1234.5"; of one separator, three digits after it make it one of thousands. */
function numberSpelling(match: string): string {
  const isPercent = /%|cent/.test(match);
  const digits = match.replace(/[^\d.,:]/g, "");
  if (/^\d{1,2}:\d{2}$/.test(digits)) return digits;
  const last = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  const separators = digits.match(/[.,]/g) ?? [];
  const isDecimal =
    last >= 0 && (new Set(separators).size === 2 || (separators.length === 1 && !/[.,]\d{3}$/.test(digits)));
  const whole = (isDecimal ? digits.slice(0, last) : digits).replace(/[.,]/g, "");
  const value = Number(isDecimal ? `${whole}.${digits.slice(last + 1)}` : whole);
  return `${Number.isSafeInteger(value) || isDecimal ? value : whole}${isPercent ? "%" : ""}`;
}

function currencyOf(match: string): string {
  const word = match.toLowerCase();
  if (/€|eur/.test(word)) return "eur";
  if (/\$|dollar|usd/.test(word)) return "usd";
  if (/£|pound|gbp/.test(word)) return "gbp";
  return /chf|franc/.test(word) ? "chf" : "jpy";
}

/**
 * Capitalised words inside sentences: at the start of one anything is capitalised, and in a heading or a shout everything is.
 */
function namesIn(text: string): readonly string[] {
  const sentences = text.split(/(?<=[.!?…:])\s+|\n+|["“”‘(—–]|\s[-*•]\s/);
  return sentences.flatMap((sentence) => {
    const words = sentence.match(/\p{L}[\p{L}'’-]*/gu) ?? [];
    const capitalised = words.slice(1).filter((word) => /^\p{Lu}/u.test(word));
    if (words.length > 4 && capitalised.length > words.length / 2) return [];
    return capitalised
      .map((word) => word.replace(/['’]s$/, ""))
      .filter((word) => word.length > 1 && !titles.test(word) && !noName.test(word));
  });
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
