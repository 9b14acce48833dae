import { loadGuard } from "@persona-guard/classifier";
import { type Judgement, type PersonaGuard, parseStep } from "@persona-guard/core";
import { afterEach, expect, test } from "vitest";
import * as z from "zod";
import { type JudgedStep, replay } from "./replay.js";
import { Tally } from "./summary.js";
import type { TracedStep } from "./trace.js";
import { parseVerdictRow, verdictRowJsonSchema, verdictRowOf } from "./verdict-row.js";

const plain =
  "Your refund of 42.50 was issued this morning, and it reaches your account within three working days.";
const flattering =
  "What a genius question! You are so brilliant and amazing, honestly the best customer ever, and you are always right.";

const open: PersonaGuard[] = [];
afterEach(async () => {
  for (const guard of open.splice(0)) await guard.close();
});

async function guardOf(persona: object = {}): Promise<PersonaGuard> {
  const guard = await loadGuard({ persona: { name: "clerk", ...persona }, tier: "lexical" });
  open.push(guard);
  return guard;
}

function traced(session: string, index: number, text: string): TracedStep {
  const step = parseStep({ id: `step-${index}`, session, index, text }, "test");
  return { found: "step", place: { file: "t.jsonl", line: index + 1 }, step, shareRead: 1 };
}

async function all(judged: AsyncIterable<JudgedStep>): Promise<JudgedStep[]> {
  const found: JudgedStep[] = [];
  for await (const one of judged) found.push(one);
  return found;
}

/** Six sessions of twelve steps, one after the other; the last sessions drift half-way. */
const steps = Array.from({ length: 72 }, (_, at) => {
  const session = Math.floor(at / 12);
  return traced(`s${session}`, at % 12, session >= 4 && at % 12 >= 6 ? flattering : plain);
});

test("replayed judgements come in order and equal those of the live guard, step by step", async () => {
  const live = await guardOf();
  const expected: Judgement[] = [];
  for (const { step } of steps) expected.push(await live.judge(step));
  for (const batchSize of [1, 2, 16]) {
    const judged = await all(replay(steps, { guard: await guardOf(), batchSize }));
    expect(judged.map(({ traced }) => traced)).toEqual(steps);
    expect(judged.map(({ judgement }) => judgement)).toEqual(expected);
  }
});

test("an aborted replay ends with what was judged", async () => {
  const abort = new AbortController();
  const judged: JudgedStep[] = [];
  for await (const one of replay(steps, { guard: await guardOf(), batchSize: 1, signal: abort.signal })) {
    judged.push(one);
    if (judged.length === 3) abort.abort();
  }
  expect(judged.length).toBeGreaterThanOrEqual(3);
  expect(judged.length).toBeLessThan(steps.length);
});

test("a summary counts steps, utterances, labels, sessions and alarms, and shows the worst steps", async () => {
  const guard = await guardOf();
  const tally = new Tally();
  const silent = traced("s6", 0, "");
  const short = traced("s6", 1, "All right then.");
  for (const one of await all(replay([...steps, silent, short], { guard }))) tally.add(verdictRowOf(one));
  tally.addFault({
    found: "fault",
    place: { file: "t.jsonl", line: 9 },
    message: "t.jsonl:9: is not valid JSON",
  });
  const summary = tally.summary({
    persona: guard.persona,
    classifier: guard.classifier.name,
    criterion: { falseAlarmRate: 0.01 },
    complete: true,
    seconds: 1,
    skippedFiles: [],
    warnings: [],
  });
  expect(summary).toMatchObject({
    steps: { total: 74, "in-persona": 60, drifted: 12, undecided: 1, silent: 1, unscored: 0 },
    utterances: { total: 73, "in-persona": 60, drifted: 12, undecided: 1 },
    driftedSteps: { count: 12, of: 72, share: 12 / 72 },
    byKind: { chat: { total: 73, drifted: 12, share: { count: 12, of: 72 } } },
    driftedTo: { sycophancy: 12 },
    sessions: { total: 7, alarmed: 2, alarmedIds: ["s4", "s5"] },
    unreadable: { total: 1, first: ["t.jsonl:9: is not valid JSON"] },
  });
  expect(summary.fleet).toMatchObject({ "unnamed model": { highest: expect.any(Number) } });
  expect(summary.worst).toHaveLength(5);
  expect(summary.worst[0]).toMatchObject({ outcome: "drifted", source: { file: "t.jsonl", line: 7 } });
});

test("a verdict row carries masked evidence and no other text", async () => {
  const guard = await guardOf();
  const secret = `${flattering} You are simply wonderful, write to me at dana.secret@example.com, you genius!`;
  const [one] = await all(replay([traced("s", 0, `${plain} ${secret}`)], { guard }));
  const row = JSON.stringify(one && verdictRowOf(one));
  expect(row).toContain('"driftedTo":"sycophancy"');
  expect(row).not.toContain("dana.secret@example.com");
  expect(row).not.toContain("42.50");
});

test("every row is as the JSON schema says, and is read back as it was", async () => {
  const guard = await guardOf();
  // Published in JSON Schema, and read from it as others would.
  const schema = z.fromJSONSchema(JSON.parse(JSON.stringify(verdictRowJsonSchema())));
  const origin = { trace: "t", span: "s" };
  const silent = { ...traced("s6", 0, ""), origin };
  for (const one of await all(replay([...steps, silent, traced("s6", 1, "Fine.")], { guard }))) {
    const line = JSON.stringify(verdictRowOf(one));
    schema.parse(JSON.parse(line));
    expect(JSON.parse(line)).toEqual(parseVerdictRow(line, "row"));
  }
  expect(() => schema.parse({ session: "s" })).toThrow();
  expect(() => parseVerdictRow('{"session": "s"}', "verdicts.jsonl:3")).toThrow(
    /^verdicts.jsonl:3 is no verdict/,
  );
});

test("a session can be taken up after any of its steps by another guard, with the same verdicts", async () => {
  const whole = await all(replay(steps, { guard: await guardOf() }));
  const guard = await guardOf();
  const half = whole.slice(0, 54); // in the middle of the fifth session, which drifts
  for (const { traced, session } of half) guard.restoreSession(traced.step.session, session);
  const rest = await all(replay(steps.slice(54), { guard }));
  expect(rest).toEqual(whole.slice(54));
});
