import * as z from "zod";
import { advanceChangePoint, changePointEValue, initialChangePoint } from "./change-point.js";
import { advanceDrift, driftEValue, initialDriftState, likeliestChange } from "./drift-statistic.js";
import { PersonaGuardError } from "./errors.js";
import { plainnessEValue } from "./plainness.js";
import {
  evidenceOf,
  lastOf,
  type SessionEvidence,
  type SessionSnapshot,
  type SessionState,
  snapshotOf,
  storedSnapshotSchema,
} from "./session-snapshot.js";

/** What a step adds to its session. */
export interface SessionStep {
  readonly session: string;
  /** Of the step in its session, >= 0. */
  readonly index: number;
  /** Of each utterance that was judged by itself, in (0, 1]; empty without a calibration. */
  readonly pValues: readonly number[];
  /** Of each utterance that was judged by itself, by the odds that it drifted, >= 0. */
  readonly eValues: readonly number[];
  /** For a persona that must show character, whether each judged utterance is plain; empty for any other. */
  readonly plain: readonly boolean[];
}

export interface SessionLimits {
  /** alpha in (0, 1): share of in-persona sessions that may ever raise an alarm. */
  readonly alarmRate: number;
  /** Largest share of plain texts while the character of a persona that must show one still does, in (0, 0.95). */
  readonly plainShare: number;
  /** What speaks for or against a session, fixed before its first step. */
  readonly processes: readonly Process[];
}

/** Rare confidences, odds of drift, and plain texts where character must show: each a change-point e-process. */
type Process = "p-values" | "odds" | "plainness";

const newSession: SessionEvidence = {
  drift: initialDriftState,
  odds: initialChangePoint,
  plainness: initialChangePoint,
  last: { eValue: 1, alarm: false, suppressed: false },
};

/** The session after one more step. The mean of its e-processes is one too, so that alpha holds for all of them together. */
function advanceSession(
  before: SessionEvidence,
  { index, pValues, eValues, plain }: SessionStep,
  { alarmRate, plainShare, processes }: SessionLimits,
): SessionEvidence {
  const { last } = before;
  const drift = pValues.length === 0 ? before.drift : advanceDrift(before.drift, smallestOf(pValues), index);
  const odds = eValues.length === 0 ? before.odds : advanceChangePoint(before.odds, mean(eValues), index);
  const plainness = plain.reduce(
    (state, isPlain) => advanceChangePoint(state, plainnessEValue(isPlain, plainShare), index),
    before.plainness,
  );
  const values = {
    "p-values": driftEValue(drift),
    odds: changePointEValue(odds),
    plainness: changePointEValue(plainness),
  };
  const eValue = mean(processes.map((process) => values[process]));
  const alarm = last.alarm || eValue >= 1 / alarmRate;
  const suppressed = alarm && values.plainness >= 1 / alarmRate;
  const rare = likeliestChange(drift);
  const likeliest = odds.likelihood > rare.likelihood ? odds : rare;
  const start = last.start ?? (suppressed ? plainness : likeliest).start;
  return {
    drift,
    odds,
    plainness,
    last: { eValue, alarm, suppressed, ...(alarm ? { start } : {}) },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The p-value of a step: the smallest of m p-values times m (Bonferroni). */
export function smallestOf(pValues: readonly number[]): number {
  return Math.min(1, Math.min(...pValues) * pValues.length);
}

/** Sessions that a guard remembers; a step of one that it forgot begins it anew. */
export const mostSessions = 10_000;

/** Remembers open sessions, the least recently used forgotten first. */
export class Sessions {
  readonly #open = new Map<string, SessionSnapshot>();

  /** @param most sessions remembered, >= 1 */
  constructor(
    readonly limits: SessionLimits,
    readonly most = mostSessions,
  ) {}

  /** One step further, by what its utterances say; a step without any leaves the session as it was. */
  advance(step: SessionStep): SessionState {
    const { pValues, eValues, plain } = step;
    if (pValues.length + eValues.length + plain.length === 0) return this.current(step.session);
    const before = this.#open.get(step.session);
    const next = advanceSession(before === undefined ? newSession : evidenceOf(before), step, this.limits);
    this.#remember(step.session, snapshotOf(next));
    return next.last;
  }

  /** The session's state without a step. */
  current(session: string): SessionState {
    const known = this.#open.get(session);
    return known === undefined ? newSession.last : lastOf(known);
  }

  /** What is to be written down to go on with a session elsewhere; undefined if it has no judged step yet. */
  snapshot(session: string): SessionSnapshot | undefined {
    return this.#open.get(session);
  }

  /**
   * Goes on with a session where `snapshot` left it.
   *
   * @throws PersonaGuardError "session-unreadable"
   */
  restore(session: string, content: unknown): void {
    const read = storedSnapshotSchema.safeParse(content);
    if (!read.success) {
      throw new PersonaGuardError(
        "session-unreadable",
        `The stored state of session "${session}" is not persona-guard/session/1: ${z.prettifyError(read.error)}. Start it anew.`,
      );
    }
    this.#remember(session, read.data);
  }

  #remember(session: string, state: SessionSnapshot): void {
    this.#open.delete(session);
    this.#open.set(session, state);
    if (this.#open.size > this.most) this.#open.delete(this.#open.keys().next().value ?? "");
  }
}
