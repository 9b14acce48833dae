import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { collectReport } from "./collect-report.js";
import { readSummary, readVerdicts } from "./read-results.js";
import { type ReportData, reportOutcomes } from "./report-data.js";
import { jsonOf } from "./report-html.js";
import { madeRows, writeRun } from "./testing/made-run.js";
import type { VerdictRow } from "./verdict-row.js";

const row: VerdictRow = {
  session: "s",
  step: "step-0",
  index: 0,
  outcome: "silent",
  sessionEValue: 1,
  sessionAlarm: false,
  utterances: [],
  source: { file: "t.jsonl", line: 1 },
};
const judged = (outcome: "drifted" | "in-persona", tool?: string): VerdictRow["utterances"][number] => ({
  kind: tool === undefined ? "chat" : "email",
  field: tool === undefined ? "text" : `${tool}.body`,
  ...(tool === undefined ? {} : { tool }),
  outcome,
  confidence: outcome === "drifted" ? 0.001 : 0.9,
  ...(outcome === "drifted" ? { driftedTo: "remorse" } : {}),
  evidence: [],
});

async function reportOf(rows: Iterable<VerdictRow>): Promise<ReportData> {
  const folder = await mkdtemp(join(tmpdir(), "persona-guard-report-"));
  await writeRun(folder, rows);
  const data = await collectReport(() => readVerdicts(folder), await readSummary(folder));
  return JSON.parse([...jsonOf(data)].join("")); // as the page gets it
}

test("every text that was judged counts in one group of each panel", async () => {
  const { groups, bins } = await reportOf([
    { ...row, outcome: "drifted", model: "m", utterances: [judged("drifted", "send"), judged("in-persona")] },
    { ...row, outcome: "in-persona", utterances: [judged("in-persona", "send")] },
    { ...row, outcome: "undecided", utterances: [{ ...judged("in-persona"), outcome: "undecided" }] },
  ]);
  const counted = Object.fromEntries(
    Object.entries(groups).map(([grouping, list]) => [
      grouping,
      list.map(({ name, share }) => `${name} ${share.count}/${share.of}`),
    ]),
  );
  expect(counted).toEqual({
    kind: ["email 1/2", "chat 0/1"],
    tool: ["send 1/2", "(reply) 0/1"],
    trait: ["remorse 1/3"],
    model: ["m 1/2", "(unnamed model) 0/1"],
  });
  expect(bins.email?.drifted.reduce((sum, count) => sum + count, 0)).toBe(1);
  expect(bins.chat?.others.reduce((sum, count) => sum + count, 0)).toBe(2);
});

test("a session keeps where its alarm was raised and where its drift began", async () => {
  const { sessions } = await reportOf([
    row,
    { ...row, index: 1, outcome: "drifted", confidence: 0.02 },
    { ...row, index: 2, sessionAlarm: true, sessionStart: 1 },
    { ...row, index: 3, sessionAlarm: true, sessionStart: 1 },
    { ...row, session: "other" },
  ]);
  expect(sessions).toEqual([
    { id: "s", steps: 4, drifted: 1, alarm: 2, start: 1, lowest: 0.02 },
    { id: "other", steps: 1, drifted: 0 },
  ]);
});

test("beyond 50,000 steps the alarmed sessions and the lowest come along, and the counts stay those of all", async () => {
  const quiet = Array.from({ length: 49_999 }, (_, index) => ({ ...row, session: "quiet", index }));
  const data = await reportOf([
    ...quiet,
    { ...row, session: "low", outcome: "drifted", confidence: 0.01, utterances: [judged("drifted")] },
    { ...row, session: "alarmed", sessionAlarm: true },
  ]);
  expect(data.sessions.map(({ id }) => id)).toEqual(["low", "alarmed"]);
  expect(data.steps.line).toEqual([50_000, 50_001]);
  expect(data.summary.steps.total).toBe(50_001);
});

test("texts of more than 4 MB are left to verdicts.jsonl, those of the lowest confidence last", async () => {
  const rows = [...madeRows({ steps: 4_000, texts: true })].map((one) => ({
    ...one,
    utterances: one.utterances.map((utterance) => ({ ...utterance, text: "x".repeat(2_000) })),
  }));
  const { steps, texts } = await reportOf(rows);
  expect(JSON.stringify(texts).length).toBeLessThan(4_100_000);
  const outcomeAt = (at: number) => reportOutcomes[steps.outcome[at] ?? -1];
  const without = steps.line.flatMap((_, at) => (texts[at] === undefined ? [at] : []));
  expect(without.length).toBeGreaterThan(1_000);
  expect(without.filter((at) => outcomeAt(at) === "drifted")).toEqual([]);
});

test("a run of nothing makes a report of nothing", async () => {
  const { sessions, steps, groups } = await reportOf([]);
  expect([sessions, steps.line, groups.kind]).toEqual([[], [], []]);
});

test("numbers of verdicts.jsonl come through", async () => {
  const rows = [...madeRows({ steps: 100 })];
  const { steps, utterances, names } = await reportOf(rows);
  expect(steps.index).toEqual(rows.map(({ index }) => index));
  expect(steps.model.map((model) => names.models[model])).toEqual(rows.map(({ model }) => model));
  expect(utterances.field.map((field) => names.fields[field]?.name)).toEqual(
    rows.map(({ utterances: [one] }) => one?.field),
  );
  for (const [at, { confidence }] of rows.entries())
    expect(steps.confidence[at]).toBeCloseTo(confidence ?? -1, 4);
});
