import type { DriftEvent, Kind } from "@persona-guard/core";
import type { NumberedRow } from "./read-results.js";
import {
  binWidth,
  type ConfidenceBins,
  type Grouping,
  logOddsOf,
  mostLogOdds,
  type ReportData,
  type ReportGroup,
  type ReportSession,
  reply,
  unnamedModel,
} from "./report-data.js";
import { shareOf } from "./share.js";

/** Groups that a panel of the report can unfold. */
const mostGroups = 100;

type Utterance = DriftEvent["utterances"][number];
type Counts = { drifted: number; judged: number };
type Writable<Type> = { -readonly [Name in keyof Type]: Type[Name] };

/** What is known of a run once all its rows have been seen; grows with the number of sessions alone. */
export interface ReportOverview extends Pick<ReportData, "groups" | "bins"> {
  readonly sessions: readonly ReportSession[];
}

export async function reportOverview(rows: AsyncIterable<NumberedRow>): Promise<ReportOverview> {
  const sessions = new Map<string, Writable<ReportSession>>();
  const counts = { kind: new Map(), tool: new Map(), trait: new Map(), model: new Map() } satisfies Record<
    Grouping,
    Map<string, Counts>
  >;
  const bins = new Map<Kind, { drifted: number[]; others: number[] }>();
  let judged = 0;
  for await (const { row } of rows) {
    addToSession(sessions, row);
    for (const utterance of row.utterances) {
      addToBins(bins, utterance);
      const { kind, tool = reply, outcome, driftedTo } = utterance;
      if (outcome !== "drifted" && outcome !== "in-persona") continue;
      judged += 1;
      const isDrift = outcome === "drifted";
      count(counts.kind, kind, isDrift);
      count(counts.tool, tool, isDrift);
      count(counts.model, row.model ?? unnamedModel, isDrift);
      if (driftedTo !== undefined) count(counts.trait, driftedTo, true);
    }
  }
  return {
    sessions: [...sessions.values()],
    groups: {
      kind: groupsOf(counts.kind),
      tool: groupsOf(counts.tool),
      trait: groupsOf(counts.trait, judged),
      model: groupsOf(counts.model),
    },
    bins: Object.fromEntries(bins) satisfies Partial<Record<Kind, ConfidenceBins>>,
  };
}

function addToSession(sessions: Map<string, Writable<ReportSession>>, row: NumberedRow["row"]): void {
  const known = sessions.get(row.session);
  const session = known ?? { id: row.session, steps: 0, drifted: 0 };
  if (known === undefined) sessions.set(row.session, session);
  session.steps += 1;
  if (row.outcome === "drifted") session.drifted += 1;
  if (row.sessionAlarm) session.alarm ??= row.index;
  if (row.sessionStart !== undefined) session.start ??= row.sessionStart;
  if (row.confidence !== undefined) session.lowest = Math.min(session.lowest ?? 1, row.confidence);
}

function addToBins(
  bins: Map<Kind, { drifted: number[]; others: number[] }>,
  { kind, outcome, confidence }: Utterance,
): void {
  if (confidence === undefined) return;
  const size = (2 * mostLogOdds) / binWidth;
  const known = bins.get(kind);
  const ofKind = known ?? { drifted: Array(size).fill(0), others: Array(size).fill(0) };
  if (known === undefined) bins.set(kind, ofKind);
  const bin = Math.min(size - 1, Math.floor((logOddsOf(confidence) + mostLogOdds) / binWidth));
  const side = outcome === "drifted" ? ofKind.drifted : ofKind.others;
  side[bin] = (side[bin] ?? 0) + 1;
}

function count(counts: Map<string, Counts>, name: string, isDrift: boolean): void {
  const known = counts.get(name);
  const ofName = known ?? { drifted: 0, judged: 0 };
  if (known === undefined) counts.set(name, ofName);
  ofName.judged += 1;
  if (isDrift) ofName.drifted += 1;
}

/** @param judged what every group is a share of, where they share one */
function groupsOf(counts: ReadonlyMap<string, Counts>, judged?: number): readonly ReportGroup[] {
  return [...counts]
    .map(([name, one]) => ({ name, share: shareOf(one.drifted, judged ?? one.judged) }))
    .sort((a, b) => b.share.count - a.share.count || b.share.of - a.share.of)
    .slice(0, mostGroups);
}
