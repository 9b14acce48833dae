import type { DriftEvent } from "@persona-guard/core";
import { type Alert, oneLine } from "./alert.js";
import type { Advanced, Occurrence, RuleOf } from "./rule.js";

/** Pieces that a window is counted in: it moves on by one of them. */
const piecesPerWindow = 30;

type RateRule = RuleOf<"drift-rate"> | RuleOf<"unscored-rate">;

interface Piece {
  readonly start: number;
  readonly of: number;
  readonly count: number;
}

interface PersonaRate {
  /** Oldest first. */
  readonly pieces: readonly Piece[];
  readonly isFiring: boolean;
}

/** By persona. */
export type RateState = ReadonlyMap<string, PersonaRate>;

/** A rate above its limit is told once, and once more when it is back. */
export function afterRate(rule: RateRule, state: RateState, { event, now }: Occurrence): Advanced<RateState> {
  const counted = event && countedIn(rule, event);
  const personas = new Set([...state.keys(), ...(counted ? [counted.persona] : [])]);
  const next = new Map<string, PersonaRate>();
  const alerts: Alert[] = [];
  for (const persona of personas) {
    const { pieces = [], isFiring = false } = state.get(persona) ?? {};
    const counts = counted?.persona === persona ? counted : { of: 0, count: 0, at: now };
    const current = withinWindow(added(pieces, counts, rule, now), rule, now);
    const of = current.reduce((sum, piece) => sum + piece.of, 0);
    const count = current.reduce((sum, piece) => sum + piece.count, 0);
    const isAbove = of > 0 && count / of > rule.above;
    // Too few steps begin no alert, and end none.
    const fires = isFiring ? isAbove : isAbove && of >= rule.minSteps;
    if (fires !== isFiring)
      alerts.push(rateAlert(rule, { persona, of, count, status: fires ? "firing" : "resolved", now }));
    if (of > 0 || fires) next.set(persona, { pieces: current, isFiring: fires });
  }
  return { state: next, alerts };
}

/** How the step counts: for drift its first draft, if that could be judged; for scoring every draft that says something. */
function countedIn(rule: RateRule, { persona, attempt, outcome, at }: DriftEvent) {
  const isDrift = rule.when === "drift-rate";
  const counts = isDrift
    ? attempt === 1 && ["drifted", "in-persona"].includes(outcome)
    : outcome !== "silent";
  const isHit = outcome === (isDrift ? "drifted" : "unscored");
  return { persona: persona.name, of: counts ? 1 : 0, count: counts && isHit ? 1 : 0, at: Date.parse(at) };
}

function added(
  pieces: readonly Piece[],
  { of, count, at }: { readonly of: number; readonly count: number; readonly at: number },
  rule: RateRule,
  now: number,
): readonly Piece[] {
  if (of === 0) return pieces;
  const pieceMs = (rule.windowMinutes * 60_000) / piecesPerWindow;
  const start = Math.floor(Math.min(at, now) / pieceMs) * pieceMs;
  const known = pieces.find((piece) => piece.start === start) ?? { start, of: 0, count: 0 };
  const grown = { start, of: known.of + of, count: known.count + count };
  return [...pieces.filter((piece) => piece !== known), grown].sort((a, b) => a.start - b.start);
}

function withinWindow(pieces: readonly Piece[], { windowMinutes }: RateRule, now: number): readonly Piece[] {
  return pieces.filter(({ start }) => start > now - windowMinutes * 60_000);
}

function rateAlert(
  rule: RateRule,
  {
    persona,
    of,
    count,
    status,
    now,
  }: { readonly persona: string; readonly of: number; readonly count: number } & Pick<Alert, "status"> &
    Pick<Occurrence, "now">,
): Alert {
  const what = rule.when === "drift-rate" ? "drifted" : "could not be scored";
  const share = of === 0 ? "none" : `${((100 * count) / of).toFixed(1)} %`;
  const over = `${share} of ${of} steps ${what} in ${rule.windowMinutes} minutes, limit ${Number((100 * rule.above).toPrecision(4))} %`;
  return {
    key: `${rule.when} ${persona}`,
    status,
    at: new Date(now).toISOString(),
    title: oneLine(
      status === "firing" ? `${persona}: ${over}` : `${persona} is back below its limit: ${over}`,
    ),
    details: {
      persona: oneLine(persona),
      steps: of,
      [rule.when === "drift-rate" ? "drifted" : "unscored"]: count,
    },
    evidence: [],
    count: 1,
  };
}
