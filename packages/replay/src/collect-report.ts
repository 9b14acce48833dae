import { Column } from "./column.js";
import type { GateResult } from "./gates.js";
import { Names } from "./names.js";
import type { NumberedRow } from "./read-results.js";
import {
  type ReportData,
  type ReportNames,
  type ReportSession,
  reportKinds,
  reportOutcomes,
  unnamedModel,
} from "./report-data.js";
import { reportOverview } from "./report-overview.js";
import { ReportTexts } from "./report-texts.js";
import type { Summary } from "./summary.js";

/** Steps whose points a page carries: with texts up to 8 MB, and opened within two seconds. */
const mostSteps = 50_000;

/** Reasons that can be told of texts without a verdict: an error may name the text's own place in each. */
const mostReasons = 500;
/** Skipped files that are named. */
const mostSkipped = 500;

/** Of a confidence: what a chart in log-odds up to 0.9997 can show. */
const fiveDigits = 1e5;

/**
 * What report.html shows of a run. Counts are of all its rows; points are of whole sessions up to a number of steps, those with an
 * alarm first, then those with the lowest confidence.
 *
 * @param rows begins anew with each call: they are read twice, and never held
 */
export async function collectReport(
  rows: () => AsyncIterable<NumberedRow>,
  summary: Summary & { readonly gates: readonly GateResult[] },
): Promise<ReportData<Column>> {
  const { sessions, groups, bins } = await reportOverview(rows());
  const shown = shownSessions(sessions);
  const { worst: _, skippedFiles, ...rest } = summary;
  const skipped = { total: skippedFiles.length, first: skippedFiles.slice(0, mostSkipped) };
  return {
    summary: { ...rest, skipped },
    sessions: shown,
    groups,
    bins,
    ...(await columnsOf(rows(), shown)),
  };
}

function shownSessions(sessions: readonly ReportSession[]): readonly ReportSession[] {
  let steps = 0;
  const shown = new Set(
    sessions.toSorted(mostTellingFirst).filter((session) => {
      steps += session.steps;
      return steps <= mostSteps;
    }),
  );
  return sessions.filter((session) => shown.has(session));
}

function mostTellingFirst(a: ReportSession, b: ReportSession): number {
  const alarmed = Number(b.alarm !== undefined) - Number(a.alarm !== undefined);
  return alarmed || (a.lowest ?? 1) - (b.lowest ?? 1);
}

async function columnsOf(
  rows: AsyncIterable<NumberedRow>,
  sessions: readonly ReportSession[],
): Promise<Pick<ReportData<Column>, "names" | "steps" | "utterances" | "texts">> {
  const numbers = new Map(sessions.map(({ id }, at) => [id, at]));
  const steps = {
    line: new Column(),
    session: new Column(),
    index: new Column(),
    outcome: new Column(),
    confidence: new Column(fiveDigits),
    model: new Column(),
    file: new Column(),
    fileLine: new Column(),
    fileRecord: new Column(),
    utterances: new Column(),
  };
  const utterances = {
    kind: new Column(),
    field: new Column(),
    outcome: new Column(),
    confidence: new Column(fiveDigits),
    trait: new Column(),
    reason: new Column(),
  };
  const names = {
    fields: new Names<ReportNames["fields"][number]>(),
    traits: new Names(),
    reasons: new Names(mostReasons),
    models: new Names(),
    files: new Names(),
  };
  const numberOf = (list: Names, name: string | undefined) =>
    name === undefined ? -1 : list.numberOf(name, name);
  const texts = new ReportTexts();
  for await (const { line, row } of rows) {
    const session = numbers.get(row.session);
    if (session === undefined) continue;
    texts.add(steps.line.length, row);
    steps.line.push(line);
    steps.session.push(session);
    steps.index.push(row.index);
    steps.outcome.push(reportOutcomes.indexOf(row.outcome));
    steps.confidence.push(row.confidence ?? -1);
    steps.model.push(numberOf(names.models, row.model ?? unnamedModel));
    steps.file.push(numberOf(names.files, row.source.file));
    steps.fileLine.push(row.source.line ?? -1);
    steps.fileRecord.push(row.source.record ?? -1);
    steps.utterances.push(row.utterances.length);
    for (const { kind, field, tool, outcome, confidence, driftedTo, reason } of row.utterances) {
      utterances.kind.push(reportKinds.indexOf(kind));
      const named = tool === undefined ? { name: field } : { name: field, tool };
      utterances.field.push(names.fields.numberOf(JSON.stringify([field, tool]), named));
      utterances.outcome.push(reportOutcomes.indexOf(outcome));
      utterances.confidence.push(confidence ?? -1);
      utterances.trait.push(numberOf(names.traits, driftedTo));
      utterances.reason.push(numberOf(names.reasons, reason));
    }
  }
  const lists = {
    fields: names.fields.list,
    traits: names.traits.list,
    reasons: names.reasons.list,
    models: names.models.list,
    files: names.files.list,
  };
  return { names: lists, steps, utterances, texts: texts.kept() };
}
