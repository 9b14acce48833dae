import { expect, test } from "vitest";
import { normalised } from "./lexical-features.js";
import { normalisedWords } from "./lexical-words.js";

test.each([
  "",
  "  \n ",
  "Two words",
  "  Order 4711 of 12.03.2024 costs 1 200 €!\t\tThanks…  ",
  "a\\n\\nb \\n c\\", // line breaks that were escaped twice
  "ﬁne ＡＢＣ ½ ¨ a¨ ¨a ÀÉ e\u0301 \u0301x İstanbul ΣΑΣ Σ",
  "soft\u00ADhyphen zero\u200Bwidth \uFEFF bom\uFEFFinside \u200B no\u00A0break \u3000wide\u2003em",
  "日本語のテキスト 한국어 각각 \u1100\u1161\u11A8 ไทย",
  "🙂👩‍👩‍👧 \ud800 \udc00x don’t ‘quoted’ — dash–dash",
])("word by word it is what the whole is: %j", (text) => {
  const { codes, length } = normalised(text);
  const whole = [...codes.subarray(0, length)];
  const { words, wordAt, ...own } = normalisedWords(text);
  expect([...own.codes.subarray(0, own.length)]).toEqual(whole);
  expect(wordAt).toHaveLength(own.length);
  expect(words.map(({ start, end }) => text.slice(start, end)).join("")).not.toMatch(/[ \n\t\u00A0\u3000]/);
});
