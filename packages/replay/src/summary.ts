import { type Criterion, Fleet, type Kind, type Outcome, type StepOutcome } from "@persona-guard/core";
import type { CalibrationSummary } from "./calibration-summary.js";
import type { SkippedFile } from "./find-traces.js";
import { clusteredShareOf, effectiveSize, type Share, shareOf } from "./share.js";
import type { TraceFault } from "./trace.js";
import type { VerdictRow } from "./verdict-row.js";

/** Drifted steps that a summary shows. */
const mostWorst = 5;
/** Least mean number of steps between two false alarms of a model's fleet. */
const fleetRunLength = 10_000;
/** Unreadable records and alarmed sessions that a summary names one by one. */
const mostNamed = 100;

export const summarySchemaName = "persona-guard/replay-summary/1";

/** What came out of a replay. */
export interface Summary {
  readonly schema: typeof summarySchemaName;
  readonly persona: { readonly name: string; readonly version: string };
  readonly classifier: string;
  readonly criterion: Criterion;
  /** What each kind of text was compared with. */
  readonly calibration?: CalibrationSummary;
  /** False if the replay was interrupted. */
  readonly complete: boolean;
  readonly seconds: number;
  readonly steps: Readonly<Record<StepOutcome, number>> & { readonly total: number };
  /**
   * Share of drifted steps among those that could be judged (in-persona or drifted), with its 95 % Wilson interval, widened where
   * the steps of a session go together.
   */
  readonly driftedSteps: Share;
  /** Independent steps that the judged ones are worth. */
  readonly effectiveSteps: number;
  /** Share of judged steps among those that say something in the agent's voice. */
  readonly coverage: Share;
  /** The sessions that were drawn, where not all were judged. */
  readonly sample?: SessionSample;
  readonly utterances: UtteranceCounts;
  readonly driftedUtterances: Share;
  readonly byKind: Readonly<Partial<Record<Kind, UtteranceCounts & { readonly share: Share }>>>;
  /** Utterances by the label that took over, the most frequent first. */
  readonly driftedTo: Readonly<Record<string, number>>;
  readonly sessions: {
    readonly total: number;
    readonly alarmed: number;
    readonly alarmedIds: readonly string[];
  };
  /** Per model, what its sessions say together, in the order of the traces; none without a calibration. */
  readonly fleet: Readonly<
    Record<
      string,
      { readonly highest: number; readonly alarm?: { readonly session: string; readonly index: number } }
    >
  >;
  /** The steps with the lowest confidence among the drifted, worst first. */
  readonly worst: readonly VerdictRow[];
  readonly unreadable: { readonly total: number; readonly first: readonly string[] };
  readonly skippedFiles: readonly SkippedFile[];
  readonly warnings: readonly string[];
}

/** Whole sessions drawn at random. */
export interface SessionSample {
  readonly sessions: number;
  /** Sessions in the traces. */
  readonly of: number;
  readonly seed: number;
}

type UtteranceCounts = Readonly<Record<Outcome, number>> & { readonly total: number };
type Counts<Name extends string> = Record<Name | "total", number>;

const noUtterances = { total: 0, "in-persona": 0, drifted: 0, undecided: 0, unscored: 0 };

/** Counts verdicts as they come, in memory that grows with the number of sessions alone. */
export class Tally {
  readonly #steps: Counts<StepOutcome> = { ...noUtterances, silent: 0 };
  readonly #utterances: Counts<Outcome> = { ...noUtterances };
  readonly #byKind = new Map<Kind, Counts<Outcome>>();
  readonly #driftedTo = new Map<string, number>();
  readonly #sessions = new Map<string, { count: number; of: number }>();
  readonly #alarmed = new Set<string>();
  readonly #fleet = new Fleet(fleetRunLength);
  readonly #models = new Map<string, Summary["fleet"][string]>();
  readonly #faults: string[] = [];
  #faultCount = 0;
  #worst: readonly VerdictRow[] = [];

  add(row: VerdictRow): void {
    count(this.#steps, row.outcome);
    this.#addToSession(row);
    if (row.sessionAlarm) this.#alarmed.add(row.session);
    for (const { kind, outcome, driftedTo } of row.utterances) {
      count(this.#utterances, outcome);
      const ofKind = this.#byKind.get(kind) ?? { ...noUtterances };
      count(ofKind, outcome);
      this.#byKind.set(kind, ofKind);
      if (driftedTo !== undefined) this.#driftedTo.set(driftedTo, (this.#driftedTo.get(driftedTo) ?? 0) + 1);
    }
    this.#addToFleet(row);
    if (row.outcome === "drifted") {
      this.#worst = [...this.#worst, row].sort(byConfidence).slice(0, mostWorst);
    }
  }

  #addToSession({ session, outcome }: VerdictRow): void {
    const known = this.#sessions.get(session) ?? { count: 0, of: 0 };
    if (outcome === "drifted") known.count += 1;
    if (outcome === "drifted" || outcome === "in-persona") known.of += 1;
    this.#sessions.set(session, known);
  }

  #addToFleet({ model = "unnamed model", pValue, session, index }: VerdictRow): void {
    if (pValue === undefined) return;
    const { statistic, alarm } = this.#fleet.advance(model, pValue);
    const known = this.#models.get(model);
    const at = known?.alarm ?? (alarm ? { session, index } : undefined);
    const highest = Math.max(known?.highest ?? 0, statistic);
    this.#models.set(model, at === undefined ? { highest } : { highest, alarm: at });
  }

  addFault({ message }: TraceFault): void {
    this.#faultCount += 1;
    if (this.#faults.length < mostNamed) this.#faults.push(message);
  }

  /** @param known what is not counted here but told by the caller */
  summary(
    known: Pick<
      Summary,
      | "persona"
      | "classifier"
      | "criterion"
      | "calibration"
      | "complete"
      | "seconds"
      | "sample"
      | "skippedFiles"
      | "warnings"
    >,
  ): Summary {
    const { persona, classifier, criterion, calibration, complete, seconds, sample } = known;
    const { skippedFiles, warnings } = known;
    const sessions = [...this.#sessions.values()];
    const byFrequency = [...this.#driftedTo].sort(([, a], [, b]) => b - a);
    const byKind = [...this.#byKind].map(([kind, counts]) => [
      kind,
      { ...counts, share: shareDrifted(counts) },
    ]);
    return {
      schema: summarySchemaName,
      persona: { name: persona.name, version: persona.version },
      classifier,
      criterion,
      ...(calibration === undefined ? {} : { calibration }),
      complete,
      seconds,
      steps: { ...this.#steps },
      driftedSteps: clusteredShareOf(sessions),
      effectiveSteps: effectiveSize(sessions),
      coverage: shareOf(judgedIn(this.#steps), this.#steps.total - this.#steps.silent),
      ...(sample === undefined ? {} : { sample }),
      utterances: { ...this.#utterances },
      driftedUtterances: shareDrifted(this.#utterances),
      byKind: Object.fromEntries(byKind),
      driftedTo: Object.fromEntries(byFrequency),
      sessions: {
        total: this.#sessions.size,
        alarmed: this.#alarmed.size,
        alarmedIds: [...this.#alarmed].slice(0, mostNamed),
      },
      fleet: Object.fromEntries(this.#models),
      worst: this.#worst,
      unreadable: { total: this.#faultCount, first: [...this.#faults] },
      skippedFiles,
      warnings,
    };
  }
}

function count<Name extends string>(counts: Counts<Name>, name: Name): void {
  counts[name] += 1;
  counts.total += 1;
}

function shareDrifted(counts: Readonly<Record<Outcome, number>>): Share {
  return shareOf(counts.drifted, judgedIn(counts));
}

function judgedIn(counts: Readonly<Record<Outcome, number>>): number {
  return counts.drifted + counts["in-persona"];
}

function byConfidence(a: VerdictRow, b: VerdictRow): number {
  return (a.confidence ?? 1) - (b.confidence ?? 1);
}
