/** A run of so many words of a rejected text, found nowhere in what may be seen, is a leak; a shorter text counts whole. */
const wordsInARow = 3;
/** Most words of a leak that a message quotes. */
const mostQuoted = 12;

interface Texts {
  readonly rejected: readonly string[];
  /** What was accepted. */
  readonly accepted: readonly string[];
  /** What was there before, such as a history; where it quotes a whole rejected draft, it allows nothing. */
  readonly known: readonly string[];
}

/**
 * The longest run of words in `received` that stands in a rejected text and in no other; undefined if there is none. Case,
 * punctuation and the escapes of JSON do not count.
 */
export function leakedWords(
  received: readonly string[],
  { rejected, accepted, known }: Texts,
): string | undefined {
  const drafts = rejected.map(wordsOf);
  const quotes = (words: readonly string[]) =>
    drafts.some((draft) => draft.length >= wordsInARow && contains(words, draft.join(" ")));
  const allowed = [...accepted.map(wordsOf), ...known.map(wordsOf).filter((words) => !quotes(words))];
  const runs = new Set<string>();
  for (const words of drafts) {
    for (const run of runsOf(words, Math.min(wordsInARow, words.length)))
      if (!allowed.some((one) => contains(one, run))) runs.add(run);
  }
  if (runs.size === 0) return undefined;
  const leaks = [...new Set(received)].flatMap((text) => matchesIn(wordsOf(text), runs));
  return leaks
    .toSorted((a, b) => b.length - a.length)[0]
    ?.slice(0, mostQuoted)
    .join(" ");
}

/** Stretches of `words` that are made of runs. */
function matchesIn(words: readonly string[], runs: ReadonlySet<string>): readonly (readonly string[])[] {
  const leaked = words.map(() => false);
  for (const length of new Set([...runs].map((run) => run.split(" ").length))) {
    for (let at = 0; at + length <= words.length; at++)
      if (runs.has(words.slice(at, at + length).join(" "))) leaked.fill(true, at, at + length);
  }
  const stretches: string[][] = [];
  for (const [at, word] of words.entries()) {
    if (!leaked[at]) continue;
    if (leaked[at - 1] === true) stretches.at(-1)?.push(word);
    else stretches.push([word]);
  }
  return stretches;
}

function runsOf(words: readonly string[], length: number): readonly string[] {
  if (length === 0) return [];
  return words.slice(0, words.length - length + 1).map((_, at) => words.slice(at, at + length).join(" "));
}

function contains(words: readonly string[], run: string): boolean {
  return ` ${words.join(" ")} `.includes(` ${run} `);
}

function wordsOf(text: string): readonly string[] {
  return (
    text
      .replace(/\\[nrt"\\/]/g, " ")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}
