import { francAll } from "franc-min";

/** Words that are common in English and rare in other languages. */
const englishWords = new Set(
  (
    "the of and that you for with your this have from are were which their there they would could should will been when who " +
    "how about because please thank thanks let know it by be our us if what can not but or has than its them she her his him " +
    "my any just now out up"
  ).split(" "),
);
/** A text with at least this share of them is English: 99 % of the corpus, told in microseconds. */
const clearShare = 0.08;
/** Otherwise it is foreign if English is less like it than this, where the likeliest language has 1. */
const leastLikeness = 0.8;
/** What is read of a long text, in UTF-16 code units. */
const mostCharacters = 2_000;

/**
 * Whether the shipped classifier can read a text: false only where it is clearly in another language.
 *
 * On the corpus (6,680 texts, all English) it errs in none, on their single sentences of 8 to 13 words in 13 of 9,787.
 */
export function isEnglish(text: string): boolean {
  const start = text.slice(0, mostCharacters);
  const words = start.toLowerCase().match(/\p{L}+/gu) ?? [];
  const known = words.filter((word) => englishWords.has(word)).length;
  if (words.length === 0 || known / words.length >= clearShare) return true;
  const likeness = francAll(start);
  const [likeliest] = likeness[0] ?? ["und"];
  if (likeliest === "und" || likeliest === "eng") return true;
  return (likeness.find(([language]) => language === "eng")?.[1] ?? 0) >= leastLikeness;
}
