/** Classes of code points, by what the tokeniser of FORMATS.md ("Lexical features") makes of them. */
const letter = 1;
const mark = 2; // \p{M}, and numbers that are not decimal digits
const digit = 3;
const space = 4;
const symbol = 5;
const invisible = 6;

export const spaceCode = 0x20;
const zeroCode = 0x30;
const apostrophe = 0x27;
const backslash = 0x5c;

const invisibles = /[\u00AD\u200B-\u200D\u2060\uFEFF]|[\uFE00-\uFE0F]/u;
export const spaces = /[\t\n\v\f\r \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]/u;
const lookalikes: readonly (readonly [RegExp, number])[] = [
  [/[\u2018-\u201B\u2032\u02BC]/u, apostrophe],
  [/[\u201C-\u201F]/u, 0x22],
  [/[\u2010-\u2015\u2212]/u, 0x2d],
];

/** Class of each code point, 0 where it was not asked for yet; and what each is read as (a quote for every quote). */
const classes = new Uint8Array(0x110000);
const readAs = new Map<number, number>();
classes[zeroCode] = digit; // what every run of digits is read as, also where no "0" was seen

/** A normalised text as code points, with one space before the first, between any two, and after the last part. */
export interface CodePoints {
  /** The next call may overwrite it; only the first `length` values count. */
  readonly codes: Uint32Array;
  readonly length: number;
}

/** Enough for all but very long texts, which get memory of their own. */
const scratch = new Uint32Array(65_536);

/** The steps 1 to 7 of "Normalise" in FORMATS.md, in one pass over the code points. */
export function normalised(text: string): CodePoints {
  // Lower case by code point, as the trainer takes it: only a final sigma depends on its neighbours.
  const lowered = text.normalize("NFKC").replaceAll("Σ", "σ").toLowerCase();
  const most = lowered.length + 2;
  const codes = most <= scratch.length ? scratch : new Uint32Array(most);
  codes[0] = spaceCode;
  let length = 1;
  for (let at = 0; at < lowered.length; at++) {
    let code = lowered.charCodeAt(at);
    if (code >= 0xd800 && code < 0xdc00) {
      code = lowered.codePointAt(at) ?? code;
      if (code > 0xffff) at++;
    }
    let kind = classOf(code);
    if (kind === invisible) continue;
    const previous = codes[length - 1];
    if (previous === backslash && (code === 0x6e || code === 0x72 || code === 0x74)) {
      length--; // a backslash with n, r or t is a line break that was escaped twice
      kind = space;
    }
    if (kind === space) {
      if (codes[length - 1] !== spaceCode) codes[length++] = spaceCode;
    } else if (kind === digit) {
      if (previous !== zeroCode) codes[length++] = zeroCode;
    } else codes[length++] = code < 0x80 ? code : (readAs.get(code) ?? code);
  }
  if (codes[length - 1] !== spaceCode) codes[length++] = spaceCode;
  return { codes, length };
}

/** Gets the hash of a feature and between which code points it stands: `start` inclusive, `end` exclusive. */
export type AddFeature = (hash: number, start: number, end: number) => void;

/** Gives `add` every word, and every pair of neighbouring words joined by one space. */
export function eachWordHash({ codes, length }: CodePoints, add: AddFeature): void {
  let beforePair: number | undefined; // state after the previous word and a space
  let previous = 0;
  for (let at = 1; at < length; ) {
    if (codes[at] === spaceCode) {
      at++;
      continue;
    }
    const start = at;
    const end = wordEnd(codes, at);
    let single = fnvOffset;
    let pair = beforePair ?? fnvOffset;
    for (; at < end; at++) {
      const code = codes[at] ?? 0;
      single = Math.imul(single ^ code, fnvPrime);
      pair = Math.imul(pair ^ code, fnvPrime);
    }
    add(mixed(single), start, end);
    if (beforePair !== undefined) add(mixed(pair), previous, end);
    previous = start;
    beforePair = Math.imul(single ^ spaceCode, fnvPrime);
  }
}

/** Gives `add` the hash of every run of `shortest` to `longest` code points of each part, padded with a space on each side. */
export function eachCharacterHash(
  { codes, length }: CodePoints,
  shortest: number,
  longest: number,
  add: (hash: number) => void,
): void {
  for (let start = 0; start < length - 1; start++) {
    let state = fnvOffset;
    for (let size = 1; size <= longest && start + size <= length; size++) {
      const code = codes[start + size - 1] ?? 0;
      state = Math.imul(state ^ code, fnvPrime);
      if (size >= shortest) add(mixed(state));
      if (code === spaceCode && size > 1) break; // the space that closes the part
    }
  }
}

const fnvOffset = 2166136261 | 0;
const fnvPrime = 16777619;

/** The finaliser of MurmurHash3 (fmix32): FNV's low bits alone are too regular for buckets. */
function mixed(state: number): number {
  let hash = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** End of the token at `at`: letters, marks and numbers, with letters after an apostrophe; or one symbol. */
function wordEnd(codes: Uint32Array, at: number): number {
  if (!isWord(codes[at])) return at + 1;
  let end = at + 1;
  while (isWord(codes[end])) end++;
  while (codes[end] === apostrophe && isLetter(codes[end + 1])) {
    end += 2;
    while (isLetter(codes[end])) end++;
  }
  return end;
}

function isLetter(code = 0): boolean {
  return classes[code] === letter;
}

function isWord(code = 0): boolean {
  const kind = classes[code];
  return kind === letter || kind === mark || kind === digit;
}

function classOf(code: number): number {
  const known = classes[code] ?? 0;
  if (known !== 0) return known;
  const found = classify(code);
  classes[code] = found;
  return found;
}

function classify(code: number): number {
  const character = String.fromCodePoint(code);
  if (invisibles.test(character)) return invisible;
  if (spaces.test(character)) return space;
  const lookalike = lookalikes.find(([pattern]) => pattern.test(character));
  if (lookalike !== undefined) {
    readAs.set(code, lookalike[1]);
    return symbol;
  }
  if (/\p{Nd}/u.test(character)) return digit;
  if (/\p{L}/u.test(character)) return letter;
  return /[\p{M}\p{N}]/u.test(character) ? mark : symbol;
}
