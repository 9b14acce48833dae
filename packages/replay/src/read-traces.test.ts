import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findTraces } from "./find-traces.js";
import { readTraces } from "./read-traces.js";
import type { TracedStep, TraceFault } from "./trace.js";

const testdata = new URL("../testdata/", import.meta.url).pathname;

async function readAt(path: string): Promise<readonly (TracedStep | TraceFault)[]> {
  const { traces } = await findTraces([path]);
  const found: (TracedStep | TraceFault)[] = [];
  for await (const item of readTraces(traces)) found.push(item);
  return found;
}

/** The items of a temporary file, which is called by its bare name. */
async function readText(content: string | Uint8Array, name = "trace.jsonl"): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "persona-guard-read-"));
  await writeFile(join(folder, name), content);
  return (await readAt(join(folder, name))).map((item) => lineOf(item).replaceAll(`${folder}/`, ""));
}

/** A step as "session index text tool(args)", a fault as its message. */
function lineOf(item: TracedStep | TraceFault): string {
  if (item.found === "fault") return item.message;
  const { session, index, kind, text, toolCalls } = item.step;
  const calls = toolCalls.map(({ name, args }) => `${name}(${JSON.stringify(args)})`);
  return [session, index, kind, text, ...calls].join("|");
}

test("a tau-bench file gives the assistant's turns of every run, and names arguments that are no JSON", async () => {
  const found = await readAt(join(testdata, "airline-results.json"));
  expect(found.map((item) => lineOf(item).replaceAll(testdata, ""))).toEqual([
    "airline-results.json#task-0/trial-0|0|chat|I can help you with that. Could you please give me your user id and the reservation number?",
    'airline-results.json#task-0/trial-0|1|chat||get_reservation_details({"reservation_id":"K7P2QD"})',
    expect.stringMatching(
      /^airline-results\.json#task-0\/trial-0\|2\|chat\|Basic .*\|transfer_to_human_agents\({"summary":"Noor/,
    ),
    "airline-results.json[2]: traj[1].tool_calls[0].function.arguments is not valid JSON (33 characters, fault at character 1). Call left out, the rest of the step is judged.",
    "airline-results.json#task-0/trial-1|0|chat|Let me look that up for you in the timetable.",
  ]);
});

test("an AgentDojo run gives the assistant's turns, named by file, suite and task", async () => {
  const found = await readAt(join(testdata, "agentdojo-run.json"));
  expect(found.map((item) => lineOf(item).replaceAll(testdata, ""))).toEqual([
    'agentdojo-run.json#workspace/user_task_3|0|chat||search_calendar_events({"query":"Ines"})',
    "agentdojo-run.json#workspace/user_task_3|1|chat|Your meeting with Ines is now on Friday at ten.",
  ]);
});

test("chat completions give one session per conversation, named by its id or else by its place", async () => {
  const found = await readAt(join(testdata, "chats.jsonl"));
  expect(found.map((item) => lineOf(item).replaceAll(testdata, ""))).toEqual([
    "c-77|0|chat|Your parcel left our warehouse on Monday and should arrive by Thursday afternoon.",
    expect.stringMatching(
      /^c-77\|1\|chat\|\|send_email\({"to":"dana@example\.com","subject":"Your parcel","body":"Dear/,
    ),
    "chats.jsonl:3|0|chat|It shows the label of your parcel.\nThe number on it ends in 4410.",
  ]);
  expect(found.map((item) => (item.found === "step" ? item.step.model : undefined))).toEqual([
    "gpt-4o-mini",
    "gpt-4o-mini",
    undefined,
  ]);
});

test("rows of steps keep their place in a session; rows without one follow each other in that of the file", async () => {
  const found = await readAt(join(testdata, "steps.jsonl"));
  expect(found.map((item) => lineOf(item).replaceAll(testdata, ""))).toEqual([
    "monday|0|chat|Your refund of 42.50 was issued this morning and reaches you in three days.",
    expect.stringMatching(/^monday\|1\|chat\|\|send_email/),
    "steps.jsonl|0|message|The shop opens at nine and closes at six on weekdays.",
    "steps.jsonl|1|chat|On Saturdays it closes at one in the afternoon.",
  ]);
  expect(found.map(({ place }) => place.line)).toEqual([1, 2, 3, 4]);
});

test.each([
  { what: "a cut line", row: '{"text": "Hel', says: "is not valid JSON (13 characters" },
  {
    what: "a row without a text",
    row: '{"texts": "Hello."}',
    says: "text: neither a text (string) nor toolCalls (array)",
  },
  { what: "a row that is no object", row: "42", says: "text: neither a text (string) nor toolCalls (array)" },
  { what: "an unknown kind", row: '{"text": "Hello.", "kind": "fax"}', says: "not a step: kind:" },
  { what: "an index below 0", row: '{"text": "Hello.", "index": -1}', says: "not a step: index:" },
  { what: "a NUL", row: "\u0000\u0001", says: "is binary, not text (a NUL at byte 0)" },
])("$what in the middle is named with its line, and the rows around it are read", async ({ row, says }) => {
  const found = await readText(`{"text": "One."}\r\n${row}\r\n\r\n{"text": "Two."}`);
  expect(found).toEqual([
    "trace.jsonl|0|chat|One.",
    expect.stringContaining(`trace.jsonl:2: ${says}`),
    "trace.jsonl|1|chat|Two.",
  ]);
});

test("bytes that are not UTF-8 cost only their own line", async () => {
  const latin1 = Buffer.concat([
    Buffer.from('{"text": "One."}\n{"text": "caf'),
    Buffer.of(0xe9),
    Buffer.from('"}\n'),
  ]);
  expect(await readText(latin1)).toEqual([
    "trace.jsonl|0|chat|One.",
    "trace.jsonl:2: is not UTF-8 text, or binary; give a text file in UTF-8. Line skipped, the rest is judged.",
  ]);
});

test.each([
  {
    what: "old single function calls",
    message: { content: null, function_call: { name: "pay", arguments: "{}" } },
    step: "pay({})",
  },
  {
    what: "calls without arguments",
    message: { tool_calls: [{ function: { name: "pay", arguments: "" } }] },
    step: "pay({})",
  },
  {
    what: "arguments that are parsed already",
    message: { tool_calls: [{ function: { name: "pay", arguments: { eur: 3 } } }] },
    step: 'pay({"eur":3})',
  },
  { what: "a refusal", message: { content: null, refusal: "I cannot do that." }, step: "I cannot do that." },
  {
    what: "content of another kind",
    message: { content: 7 },
    fault: "messages[0].content: neither a string, null nor blocks",
  },
  {
    what: "a text block without a text",
    message: { content: [{ type: "text" }] },
    fault: "messages[0].content[0].text: no text",
  },
  {
    what: "a call without a name",
    message: { tool_calls: [{ function: { name: "pay" } }, { function: {} }] },
    step: "pay({})",
    fault: "messages[0].tool_calls[1].function.name: no name of a tool",
  },
  {
    what: "arguments that are a list",
    message: { tool_calls: [{ function: { name: "pay", arguments: "[1]" } }] },
    fault: "messages[0].tool_calls[0].function.arguments is not a JSON object",
  },
])("$what in a chat completion", async ({ message, step = "", fault }) => {
  const found = await readText(JSON.stringify({ id: "c", messages: [{ role: "assistant", ...message }] }));
  expect(found.at(-1)).toMatch(/^c\|0\|chat\|/);
  expect(found.at(-1)?.endsWith(step)).toBe(true);
  expect(found.length === 2 ? found[0] : undefined).toEqual(
    fault === undefined ? undefined : expect.stringContaining(`trace.jsonl:1: ${fault}`),
  );
});

test("the share read grows to 1 over all files", async () => {
  const { traces } = await findTraces([testdata]);
  const shares: number[] = [];
  for await (const item of readTraces(traces)) if (item.found === "step") shares.push(item.shareRead);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBeCloseTo(1);
});
