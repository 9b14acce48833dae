import type { DriftEvent } from "@persona-guard/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleEvent } from "../testing.js";
import type {
  CoveragePoint,
  FleetPoint,
  Names,
  RatePoint,
  Series,
  SessionRow,
  SessionView,
  StepRow,
  StepView,
  Summary,
} from "./api.js";
import { type Served, served } from "./testing.js";

const hour = 3_600_000;
const from = Date.UTC(2026, 2, 2, 10);
let made = 0;

/** A step at an hour of the day; `drift` names the trait. */
function step(
  at: number,
  fields: Partial<DriftEvent> & { readonly drift?: string; readonly tool?: string },
): DriftEvent {
  const { drift, tool, ...rest } = fields;
  const outcome = rest.outcome ?? (drift === undefined ? "in-persona" : "drifted");
  const evidence = drift === undefined ? [] : [{ start: 0, end: 20, text: `Such ${drift} as never was.` }];
  return sampleEvent({
    id: `event-${made++}`,
    at: new Date(from + at * hour).toISOString(),
    step: `step-${made}`,
    outcome,
    utterances: [
      {
        kind: "chat",
        field: tool === undefined ? "text" : `${tool}.body`,
        ...(tool === undefined ? {} : { tool }),
        outcome: outcome === "silent" ? "undecided" : outcome,
        ...(drift === undefined ? {} : { driftedTo: drift }),
        evidence,
      },
    ],
    ...rest,
  });
}

const desk = { name: "desk", version: "1" };
const sales = { name: "sales", version: "1" };
const events = [
  step(0, {
    session: "a",
    index: 0,
    model: "m1",
    fleet: { model: "m1", statistic: 3, alarm: false },
    scoringMs: 1,
  }),
  step(0.1, {
    session: "a",
    index: 1,
    model: "m1",
    drift: "sarcasm",
    tool: "send_email",
    action: "reprompt",
    confidence: 0.02,
  }),
  step(0.1, { session: "a", index: 1, model: "m1", attempt: 2, rescue: { before: 0.02, after: 0.9 } }),
  step(4, {
    session: "a",
    index: 2,
    model: "m1",
    drift: "sarcasm",
    action: "reprompt",
    confidence: 0.01,
    sessionEValue: 400,
    sessionAlarm: true,
    sessionStart: 1,
  }),
  step(4, {
    session: "a",
    index: 2,
    model: "m1",
    attempt: 2,
    drift: "sarcasm",
    action: "block",
    confidence: 0.03,
    sessionEValue: 400,
    sessionAlarm: true,
    sessionStart: 1,
  }),
  step(4.2, {
    session: "b",
    index: 0,
    persona: sales,
    model: "m2",
    fleet: { model: "m2", statistic: 20_000, alarm: true },
  }),
  step(4.3, { session: "b", index: 1, persona: sales, model: "m2", outcome: "undecided" }),
  step(4.4, { session: "b", index: 2, persona: sales, model: "m2", outcome: "unscored", scoringMs: 9 }),
  step(4.5, { session: "b", index: 3, persona: sales, model: "m2", outcome: "silent" }),
  step(4.6, {
    session: "b",
    index: 4,
    persona: sales,
    drift: "humor",
    tool: "post_note",
    action: "log",
    confidence: 0.04,
  }),
];

let it: Served;
beforeAll(async () => {
  it = await served();
  await it.log(events);
  await it.hasRead(events.length);
});
afterAll(() => it.dashboard.close());

test("the figures count first drafts for drift, all drafts for coverage, and rescues of those sent back", async () => {
  expect(await it.get<Summary>("api/summary")).toMatchObject({
    steps: 10,
    scored: 5,
    drifted: 3,
    sessions: 2,
    sessionsInAlarm: 1,
    reprompted: 2,
    rescued: 1,
    outcomes: { "in-persona": 3, drifted: 4, undecided: 1, unscored: 1, silent: 1 },
    first: from,
    last: from + 4.6 * hour,
  });
});

test.each([
  { query: "persona=sales", steps: 5 },
  { query: "model=m1", steps: 5 },
  { query: `from=${from + 4 * hour}`, steps: 7 },
  { query: `to=${from + 4 * hour}`, steps: 3 },
  { query: "persona=nobody", steps: 0 },
])("$query leaves $steps steps", async ({ query, steps }) => {
  expect((await it.get<Summary>(`api/summary?${query}`)).steps).toBe(steps);
});

test.each([
  { by: "persona", rates: { desk: "2/3", sales: "1/2" } },
  { by: "model", rates: { m1: "2/3", m2: "0/1" } },
  { by: "tool", rates: { reply: "1/3", send_email: "1/1", post_note: "1/1" } },
  { by: "trait", rates: { sarcasm: "2/5", humor: "1/5" } },
])("drift by $by is $rates", async ({ by, rates }) => {
  const { curves } = await it.get<Series<RatePoint>>(`api/drift-rates?by=${by}`);
  const sum = (points: readonly RatePoint[], key: "of" | "drifted") =>
    points.reduce((total, point) => total + point[key], 0);
  expect(
    Object.fromEntries(
      curves.map(({ name, points }) => [name, `${sum(points, "drifted")}/${sum(points, "of")}`]),
    ),
  ).toEqual(rates);
});

test("coverage and the fleet statistic are there for every part of the time", async () => {
  const coverage = await it.get<Series<CoveragePoint>>("api/coverage");
  const points = coverage.curves[0]?.points ?? [];
  expect(
    points.reduce((sum, { scored, undecided, unscored }) => sum + scored + undecided + unscored, 0),
  ).toBe(9);
  const fleet = await it.get<Series<FleetPoint>>("api/fleet");
  expect(fleet.curves.map(({ name, points: [point] }) => [name, point?.statistic, point?.alarm])).toEqual([
    ["m1", 3, false],
    ["m2", 20_000, true],
  ]);
});

test("sessions are listed by their latest step, or by the evidence of drift", async () => {
  const latest = await it.get<readonly SessionRow[]>("api/sessions");
  expect(latest.map(({ session }) => session)).toEqual(["b", "a"]);
  const [worst] = await it.get<readonly SessionRow[]>("api/sessions?order=drift");
  expect(worst).toMatchObject({
    session: "a",
    steps: 3,
    drifted: 2,
    eValue: 400,
    alarm: true,
    persona: desk.name,
  });
  expect(worst?.recent.map((value) => value?.toFixed(2))).toEqual(["0.90", "0.02", "0.01"]);
});

test("a session has its steps in order, and where its drift began", async () => {
  const { rows, more } = await it.get<SessionView>("api/session?name=a");
  expect(rows.map(({ index, attempt }) => `${index}.${attempt}`)).toEqual([
    "0.1",
    "1.1",
    "1.2",
    "2.1",
    "2.2",
  ]);
  expect(rows.at(-1)).toMatchObject({
    alarm: true,
    began: 1,
    driftedTo: "sarcasm",
    evidence: "Such sarcasm as never was.",
  });
  expect(more).toBe(0);
});

test.each([
  { query: "text=NEVER%20WAS", found: 4 },
  { query: "text=humor", found: 1 },
  { query: "text=event-3", found: 1 },
  { query: "text=step-4", found: 1 },
  { query: "outcome=undecided", found: 1 },
  { query: "trait=sarcasm&persona=desk", found: 3 },
  { query: "tool=post_note", found: 1 },
  { query: "before=3", found: 2 },
  { query: "text=%25", found: 0 },
])("a search for $query finds $found", async ({ query, found }) => {
  expect((await it.get<readonly StepRow[]>(`api/search?${query}`)).length).toBe(found);
});

test("a step comes whole, with its other drafts and its neighbours", async () => {
  const view = await it.get<StepView>("api/step?id=event-1");
  expect(view.event).toEqual(events[1]);
  expect(view.drafts.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect([view.previous, view.next]).toEqual(["event-0", "event-3"]);
});

test("what can be filtered by is named", async () => {
  expect(await it.get<Names>("api/names")).toEqual({ personas: ["desk", "sales"], models: ["m1", "m2"] });
});
