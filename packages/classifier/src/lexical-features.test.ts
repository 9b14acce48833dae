import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { eachCharacterHash, eachWordHash, normalised } from "./lexical-features.js";

test.each([
  { text: "Hello,  World!", as: "hello, world!" },
  { text: "\u00a0 tabs\tand\nbreaks\u2028 \u3000", as: "tabs and breaks" },
  { text: "escaped\\nline\\tbreaks\\\\r", as: "escaped line breaks\\" },
  { text: "\\\u200bn is one too", as: "is one too" },
  { text: "\\x is none, \\N is", as: "\\x is none, is" },
  { text: "12 of 3,450 on 2026-11-23", as: "0 of 0,0 on 0-0-0" },
  { text: "١٢٣ and 4२", as: "0 and 0" }, // Arabic and Devanagari digits
  { text: "1\u200b2\ufeff3", as: "0" },
  { text: "½ and ② and Ⅷ", as: "0\u20440 and 0 and viii" }, // NFKC
  { text: "‘it’s’ “so” — ‐ −", as: "'it's' \"so\" - - -" },
  { text: "ΟΔΟΣ and Σ", as: "οδοσ and σ" },
  { text: "İstanbul ﬁne", as: "i\u0307stanbul fine" },
  { text: "so\u00adft hy\u200dphen\ufe0f", as: "soft hyphen" },
  { text: "\ud800 and 🙂", as: "\ud800 and 🙂" },
  { text: "", as: "" },
  { text: " \n ", as: "" },
])("$text is read as $as", ({ text, as }) => {
  expect(wordsOf(normalised(text))).toBe(as);
  expect(plainlyNormalised(text)).toBe(as);
});

const features: readonly { text: string; normalised: string; word: number[]; character: number[] }[] =
  JSON.parse(await readFile(new URL("../../model/parity/lexical-features.json", import.meta.url), "utf8"));

test.each(features)("the trainer finds the same features in $text", ({ text, ...trained }) => {
  expect(wordsOf(normalised(text))).toBe(trained.normalised);
  expect(hashesOf(text)).toEqual({ word: sorted(trained.word), character: sorted(trained.character) });
});

const alphabet = [
  ..."abcé'’\"“-–—\\nrt019٣½ \t\n\u00a0\u200b\u00ad\u0301\ufe0fΣσİßﬁ日本🙂\u{1f1e9}.,!?&",
  "\ud800",
];

test.each([1, 2, 3, 4, 5])("random text %i has the features that FORMATS.md describes", (seed) => {
  const text = randomText(seed, 400);
  const plain = plainlyNormalised(text);
  expect(hashesOf(text)).toEqual({
    word: sorted(plainWords(plain).map(plainHash)),
    character: sorted(plainGrams(plain, 2, 5).map(plainHash)),
  });
});

function hashesOf(text: string): { word: readonly number[]; character: readonly number[] } {
  const codePoints = normalised(text);
  const word: number[] = [];
  const character: number[] = [];
  eachWordHash(codePoints, (hash) => word.push(hash >>> 0));
  eachCharacterHash(codePoints, 2, 5, (hash) => character.push(hash >>> 0));
  return { word: sorted(word), character: sorted(character) };
}

function wordsOf({ codes, length }: ReturnType<typeof normalised>): string {
  return String.fromCodePoint(...codes.subarray(0, length)).trim();
}

function sorted(hashes: readonly number[]): readonly number[] {
  return [...hashes].sort((a, b) => a - b);
}

function randomText(seed: number, length: number): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Numerical Recipes
    return alphabet[(state >>> 8) % alphabet.length];
  }).join("");
}

// FORMATS.md word for word, with strings and expressions where the product uses one pass over code points.

function plainlyNormalised(text: string): string {
  const lowered = Array.from(
    text.normalize("NFKC").replace(/[\u00AD\u200B-\u200D\u2060\uFEFF]|[\uFE00-\uFE0F]/gu, ""),
  )
    .map((character) => character.toLowerCase())
    .join("");
  return lowered
    .replace(/[\u2018-\u201B\u2032\u02BC]/gu, "'")
    .replace(/[\u201C-\u201F]/gu, '"')
    .replace(/[\u2010-\u2015\u2212]/gu, "-")
    .replace(/\\[nrt]/gu, " ")
    .replace(/\p{Nd}+/gu, "0")
    .replace(/[\t\n\v\f\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+/gu, " ")
    .replace(/^ +| +$/gu, "");
}

function plainWords(text: string): readonly string[] {
  const tokens = text.match(/[\p{L}\p{M}\p{N}]+(?:'[\p{L}]+)*|[^ \p{L}\p{M}\p{N}]/gu) ?? [];
  return [...tokens, ...tokens.slice(1).map((token, at) => `${tokens[at]} ${token}`)];
}

function plainGrams(text: string, shortest: number, longest: number): readonly string[] {
  const parts = text.split(" ").filter((part) => part !== "");
  return parts.flatMap((part) => {
    const padded = Array.from(` ${part} `);
    return padded.flatMap((_, start) =>
      Array.from({ length: longest - shortest + 1 }, (_, more) => shortest + more)
        .filter((size) => start + size <= padded.length)
        .map((size) => padded.slice(start, start + size).join("")),
    );
  });
}

function plainHash(feature: string): number {
  let hash = 2166136261n;
  const mask = 0xffffffffn;
  for (const character of feature) hash = ((hash ^ BigInt(character.codePointAt(0) ?? 0)) * 16777619n) & mask;
  hash = ((hash ^ (hash >> 16n)) * 0x85ebca6bn) & mask;
  hash = ((hash ^ (hash >> 13n)) * 0xc2b2ae35n) & mask;
  return Number(hash ^ (hash >> 16n));
}
