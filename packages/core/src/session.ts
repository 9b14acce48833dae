import { advanceDrift, type DriftState, initialDriftState } from "./drift-statistic.js";

/** What the session as a whole says after a step. */
export interface SessionState {
  /** Evidence against "still in persona": P(ever >= 1 / alpha) <= alpha for a session in persona. */
  readonly eValue: number;
  /** Whether the e-value has reached 1 / alpha at this step or before. */
  readonly alarm: boolean;
}

/** Remembers open sessions, the least recently used forgotten first. */
export class Sessions {
  readonly #open = new Map<string, { readonly drift: DriftState; readonly last: SessionState }>();

  /**
   * @param alarmRate alpha in (0, 1): share of in-persona sessions that may ever raise an alarm
   * @param most sessions remembered, >= 1
   */
  constructor(
    readonly alarmRate: number,
    readonly most = 10_000,
  ) {}

  /** One step further, by the p-values of its utterances; a step without any leaves the session as it was. */
  advance(session: string, pValues: readonly number[]): SessionState {
    const known = this.#open.get(session) ?? { drift: initialDriftState, last: { eValue: 1, alarm: false } };
    if (pValues.length === 0) return known.last;
    // Bonferroni: the smallest of m p-values times m is a p-value of the step.
    const p = Math.min(1, Math.min(...pValues) * pValues.length);
    const { state, eValue } = advanceDrift(known.drift, p);
    const last = { eValue, alarm: known.last.alarm || eValue >= 1 / this.alarmRate };
    this.#open.delete(session);
    this.#open.set(session, { drift: state, last });
    if (this.#open.size > this.most) this.#open.delete(this.#open.keys().next().value ?? "");
    return last;
  }

  /** The session's state without a step. */
  current(session: string): SessionState {
    return this.#open.get(session)?.last ?? { eValue: 1, alarm: false };
  }
}
