import { explain } from "@persona-guard/classifier";
import {
  type Classifier,
  type Explanation,
  inOriginal,
  type JudgedUtterance,
  messageOf,
  type Outcome,
  PersonaGuard,
  parseStep,
  type TraitScores,
  topTrait,
  type Utterance,
  utterancesOf,
  type Verdict,
} from "@persona-guard/core";
import type { InputRow } from "./input-rows.js";

/** What `score` adds to a row. */
export interface ScoreColumns {
  readonly scores: TraitScores | null;
  readonly label: string | null;
  /** Why there are no scores or no verdict; without a persona, set only where there are no scores. */
  readonly reason?: string | null;
  /** Only with a persona: null where absent, so that all rows have one shape. */
  readonly verdict?: VerdictColumns;
  /** Only where it was asked for: null without scores. Offsets into the row's text. */
  readonly explanation?: Explanation | null;
}

interface VerdictColumns {
  readonly confidence: number | null;
  readonly pValue: number | null;
  readonly outcome: Outcome;
  readonly driftedTo: string | null;
  /** Offsets into the row's text, in UTF-16 code units. */
  readonly evidence: readonly { readonly start: number; readonly end: number; readonly text: string }[];
}

/** Scores rows, and judges them too if it is given a guard. One call to the classifier per batch, where no text is too short. */
export async function scoreTexts(
  rows: readonly InputRow[],
  scorer: Classifier | PersonaGuard,
  {
    isExplained = false,
  }: { /** Whether to say what moved the scores. */ readonly isExplained?: boolean } = {},
): Promise<readonly ScoreColumns[]> {
  const guard = scorer instanceof PersonaGuard ? scorer : undefined;
  const classifier = scorer instanceof PersonaGuard ? scorer.classifier : scorer;
  const utterances = rows.map(utteranceOf);
  const judged = await judgedBy(guard, utterances);
  const scores = await scoresOf(classifier, rows, utterances, judged);
  const columns = scores.map((scored, at): ScoreColumns => {
    const found = "reason" in scored ? { scores: null, label: null, ...scored } : scored;
    if (guard === undefined) return found;
    const verdict = judged[at]?.verdict;
    return { ...found, reason: reasonOf(verdict), verdict: verdictColumns(verdict) };
  });
  if (!isExplained) return columns;
  const explained: ScoreColumns[] = [];
  for (const [at, row] of rows.entries()) {
    const found = columns[at] ?? { scores: null, label: null };
    const explanation =
      found.scores === null ? null : await explanationOf(row, utterances[at], classifier, guard);
    explained.push({ ...found, explanation });
  }
  return explained;
}

/** Of the row's own words, with offsets into all of its text; null where the classifier fails. */
async function explanationOf(
  { text, kind }: InputRow,
  utterance: Utterance | undefined,
  classifier: Classifier,
  guard: PersonaGuard | undefined,
): Promise<Explanation | null> {
  const said = { text: utterance?.text ?? text, kind };
  try {
    const explanation = await explain(
      classifier,
      said,
      guard === undefined ? {} : { persona: guard.persona },
    );
    if (utterance === undefined) return explanation;
    const placed = (contributions: Explanation["words"]) =>
      contributions.map((one) => ({ ...inOriginal(utterance, one), weight: one.weight }));
    return { ...explanation, sentences: placed(explanation.sentences), words: placed(explanation.words) };
  } catch {
    return null; // It scored the text a moment ago: the next text's own scores say what has happened.
  }
}

type Scored = { readonly scores: TraitScores; readonly label: string } | { readonly reason: string };
const noText: Scored = { reason: "no-text" };

/** The row's text as one utterance, quotations and code left out; undefined if nothing in it is said. */
function utteranceOf({ text, kind }: InputRow): Utterance | undefined {
  return utterancesOf(parseStep({ id: "row", text, kind }, "row"), { tools: {} })[0];
}

/** One judgement per row, undefined for a row without an utterance. */
async function judgedBy(
  guard: PersonaGuard | undefined,
  utterances: readonly (Utterance | undefined)[],
): Promise<readonly (JudgedUtterance | undefined)[]> {
  if (guard === undefined) return [];
  const judged = await guard.judgeUtterances(utterances.filter((one) => one !== undefined));
  const byUtterance = new Map(judged.map((one) => [one.utterance, one]));
  return utterances.map((one) => (one === undefined ? undefined : byUtterance.get(one)));
}

/** Scores the judgement came to, or else of the text as it stands: a single word is no utterance, but it has scores. */
async function scoresOf(
  classifier: Classifier,
  rows: readonly InputRow[],
  utterances: readonly (Utterance | undefined)[],
  judged: readonly (JudgedUtterance | undefined)[],
): Promise<readonly Scored[]> {
  const known = rows.map((_, at): Scored | undefined => {
    const one = judged[at];
    if (one?.scores !== undefined) return scored(one.scores);
    return one?.verdict.outcome === "unscored" ? { reason: one.verdict.cause.message } : undefined;
  });
  const open = rows.flatMap(({ text, kind }, at) => {
    const said = utterances[at]?.text ?? text;
    return known[at] === undefined && said.trim() !== "" ? [{ at, text: said, kind }] : [];
  });
  if (open.length === 0) return known.map((one) => one ?? noText);
  try {
    const scores = await classifier.score(open);
    for (const [index, { at }] of open.entries()) {
      const row = scores[index];
      if (row !== undefined) known[at] = scored(row);
    }
  } catch (error) {
    for (const { at } of open) known[at] = { reason: messageOf(error) };
  }
  return known.map((one) => one ?? noText);
}

function scored(scores: TraitScores): Scored {
  return { scores, label: topTrait(scores) };
}

function verdictColumns(verdict: Verdict | undefined): VerdictColumns {
  // In the order in which the columns are written.
  const none = {
    confidence: null,
    pValue: null,
    outcome: "undecided",
    driftedTo: null,
    evidence: [],
  } as const;
  switch (verdict?.outcome) {
    case "in-persona":
    case "undecided": {
      const { confidence = null, pValue = null, outcome } = verdict;
      return { ...none, confidence, pValue, outcome };
    }
    case "drifted": {
      const { confidence, pValue = null, outcome, driftedTo, evidence } = verdict;
      return { confidence, pValue, outcome, driftedTo, evidence };
    }
    case "unscored":
      return { ...none, outcome: verdict.outcome };
    case undefined:
      return none;
  }
}

function reasonOf(verdict: Verdict | undefined): string | null {
  switch (verdict?.outcome) {
    case "in-persona":
    case "drifted":
      return null;
    case "undecided":
      return verdict.reason;
    case "unscored":
      return verdict.cause.message;
    case undefined:
      return "no-utterance";
  }
}
