import type { DriftEvent } from "@persona-guard/core";
import { type Share, shareOf } from "@persona-guard/replay";
import type { Colors } from "picocolors/types.js";
import { visible } from "./command.js";
import { shareInPercent } from "./percent.js";

/** Sessions in alarm that are named one by one. */
const mostNamed = 20;

export interface WatchSummary {
  readonly events: number;
  readonly from?: string;
  readonly to?: string;
  /** By the first draft of each step. */
  readonly steps: Readonly<Record<DriftEvent["outcome"], number>>;
  /** Drifted among the first drafts that could be judged. */
  readonly drift: Share;
  readonly driftedTo: Readonly<Record<string, number>>;
  /** Steps that a redraft brought back into persona. */
  readonly rescued: number;
  readonly sessions: number;
  readonly sessionAlarms: number;
  readonly alarmedSessions: readonly string[];
  readonly fleetAlarms: readonly string[];
  /** Lines that are no drift events, and lines that could not be read. */
  readonly otherLines: number;
  readonly unreadable: number;
}

/** Counts events as they come, in memory that grows with the number of sessions alone. */
export class WatchTally {
  readonly #steps = { "in-persona": 0, drifted: 0, undecided: 0, unscored: 0, silent: 0 };
  readonly #driftedTo = new Map<string, number>();
  readonly #sessions = new Set<string>();
  readonly #alarmed = new Set<string>();
  readonly #fleet = new Set<string>();
  #events = 0;
  #rescued = 0;
  #from: string | undefined;
  #to: string | undefined;
  otherLines = 0;
  unreadable = 0;

  add(event: DriftEvent): void {
    const { at, session, attempt, outcome, sessionAlarm, fleet, rescue, utterances } = event;
    this.#events += 1;
    this.#from ??= at;
    this.#to = at;
    this.#sessions.add(session);
    if (sessionAlarm) this.#alarmed.add(session);
    if (fleet?.alarm) this.#fleet.add(fleet.model);
    if (rescue !== undefined) this.#rescued += 1;
    if (attempt > 1) return;
    this.#steps[outcome] += 1;
    for (const { driftedTo } of utterances)
      if (driftedTo !== undefined) this.#driftedTo.set(driftedTo, (this.#driftedTo.get(driftedTo) ?? 0) + 1);
  }

  get counts(): { readonly steps: number; readonly drifted: number } {
    return { steps: Object.values(this.#steps).reduce((a, b) => a + b), drifted: this.#steps.drifted };
  }

  summary(): WatchSummary {
    const { drifted, "in-persona": inPersona } = this.#steps;
    return {
      events: this.#events,
      ...(this.#from === undefined || this.#to === undefined ? {} : { from: this.#from, to: this.#to }),
      steps: { ...this.#steps },
      drift: shareOf(drifted, drifted + inPersona),
      driftedTo: Object.fromEntries([...this.#driftedTo].sort(([, a], [, b]) => b - a)),
      rescued: this.#rescued,
      sessions: this.#sessions.size,
      sessionAlarms: this.#alarmed.size,
      alarmedSessions: [...this.#alarmed].slice(0, mostNamed),
      fleetAlarms: [...this.#fleet],
      otherLines: this.otherLines,
      unreadable: this.unreadable,
    };
  }
}

export function watchReport(summary: WatchSummary, colors: Colors): string {
  const { events, from, to, steps, drift, driftedTo, rescued, sessions, alarmedSessions, fleetAlarms } =
    summary;
  const counted = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${visible(name)} ${count}`)
      .join(", ");
  const names = alarmedSessions.map(visible).join(", ");
  const more = summary.sessionAlarms > alarmedSessions.length ? ", …" : "";
  const paint = drift.count > 0 ? colors.red : colors.green;
  return [
    `events      ${events}${from === undefined ? "" : `, ${from} to ${to}`}`,
    `steps       ${counted(steps)}`,
    `drift       ${paint(`${drift.count} of ${drift.of}, ${shareInPercent(drift)}`)}`,
    ...(drift.count === 0 ? [] : [`drifted to  ${counted(driftedTo)}`, `rescued     ${rescued}`]),
    `sessions    ${sessions}, ${summary.sessionAlarms} with an alarm${names === "" ? "" : `: ${names}${more}`}`,
    ...(fleetAlarms.length === 0
      ? []
      : [`fleet       ${colors.red(`alarm: ${fleetAlarms.map(visible).join(", ")}`)}`]),
    ...(summary.otherLines === 0 ? [] : [`other lines ${summary.otherLines}`]),
  ].join("\n");
}
