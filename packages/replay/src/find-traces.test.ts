import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { findTraces } from "./find-traces.js";

const testdata = new URL("../testdata/", import.meta.url).pathname;
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "persona-guard-traces-"));
});

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

test.each([
  { file: "agentdojo-run.json", format: "agentdojo" },
  { file: "airline-results.json", format: "tau-bench" },
  { file: "chats.jsonl", format: "openai" },
  { file: "completions.jsonl", format: "openai" },
  { file: "langfuse-export.jsonl", format: "langfuse" },
  { file: "langfuse-page.json", format: "langfuse" },
  { file: "langsmith-python.jsonl", format: "langsmith" },
  { file: "langsmith-runs.jsonl", format: "langsmith" },
  { file: "langsmith-tree.json", format: "langsmith" },
  { file: "mini-swe-agent.traj.json", format: "swe-agent" },
  { file: "openinference-otlp.json", format: "openinference" },
  { file: "otel-deprecated.jsonl", format: "otel" },
  { file: "otel-events.json", format: "otel" },
  { file: "otel-spans.json", format: "otel" },
  { file: "petri-transcript.json", format: "petri" },
  { file: "phoenix-spans.jsonl", format: "openinference" },
  { file: "responses.jsonl", format: "openai" },
  { file: "steps.jsonl", format: "jsonl" },
  { file: "swe-agent.traj", format: "swe-agent" },
  { file: "tau2-results.json", format: "tau2-bench" },
])("$file is recognised by its content as $format", async ({ file, format }) => {
  const { traces } = await findTraces([join(testdata, file)]);
  expect(traces.map(({ reader }) => reader.name)).toEqual([format]);
});

test.each([
  {
    name: "one conversation as a JSON document",
    content: '{\n  "messages": [\n    {"role": "assistant", "content": "Hi"}\n  ]\n}',
  },
  { name: "an array of conversations", content: '[{"messages": [{"role": "assistant", "content": "Hi"}]}]' },
  {
    name: "conversations after a byte order mark",
    content: '\uFEFF{"messages": [{"role": "assistant", "content": "Hi"}]}\r\n',
  },
  {
    name: "conversations after a broken line",
    content: '{"messages": [\n{"messages": [{"role": "assistant", "content": "Hi"}]}\n',
  },
])("$name is read as openai whatever the file is called", async ({ content }) => {
  const { traces } = await findTraces([await fileOf("export.jsonl", content)]);
  expect(traces.map(({ reader }) => reader.name)).toEqual(["openai"]);
});

test.each([
  {
    what: "a run without its messages",
    content: '[{"task_id": 3, "trial": 0, "reward": 1}]',
    says: /Nearest is "tau-bench", but traj \(array of messages\) is missing\. Its first record has: task_id, trial, reward\./,
  },
  {
    what: "another tool's tool calls",
    content:
      '{"messages": [{"role": "assistant", "content": null, "tool_calls": [{"function": "pay", "args": {}}]}]}',
    says: /Nearest is "openai", but messages\[\]\.tool_calls\[\]\.function\.name is missing/,
  },
  {
    what: "a run that was exported without its type",
    content: '{"id": "r", "trace_id": "t", "inputs": {}, "outputs": {}}',
    says: /Nearest is "langsmith", but run_type is missing/,
  },
  {
    what: "spans without a model among them",
    content: '{"traceId": "t", "spanId": "s", "name": "GET /", "attributes": {"http.request.method": "GET"}}',
    says: /Nearest is "openinference", but the attribute openinference\.span\.kind is missing/,
  },
  {
    what: "rows of something else",
    content: '{"price": 3}\n',
    says: /No known format is near; .*Its first record has: price\./,
  },
  { what: "an array of numbers", content: "[1, 2, 3]", says: /first records are not JSON objects/ },
])("$what is refused as an unknown format, with what is missing", async ({ content, says }) => {
  await expect(findTraces([await fileOf("trace.json", content)])).rejects.toMatchObject({
    code: "trace-format-unknown",
    message: expect.stringMatching(says),
  });
});

test.each([
  { what: "an empty file", content: "", says: "is empty" },
  { what: "blank lines", content: "\n \n\n", says: "is empty" },
  { what: "an empty array", content: "[]", says: "holds no record" },
  {
    what: "a binary file",
    content: Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0),
    says: "the first is not UTF-8 text, or binary",
  },
  {
    what: "UTF-16",
    content: Buffer.from('\uFEFF{"text": "hello"}', "utf16le"),
    says: "is UTF-16 text; save it as UTF-8",
  },
  { what: "a document that was cut off", content: '[{"task_id": 1, "tr', says: "it may have been cut off" },
  {
    what: "plain text",
    content: "Dear Ms. Okafor,\nthank you.",
    says: "none of its first 2 records can be read",
  },
])("$what that was named itself is an error", async ({ content, says }) => {
  await expect(findTraces([await fileOf("trace.json", content)])).rejects.toMatchObject({
    code: "trace-unreadable",
    message: expect.stringContaining(says),
  });
});

test("a format is told although the first hundreds of spans are of other parts of the service", async () => {
  const other = JSON.stringify({ traceId: "t", spanId: "s", name: "GET /", attributes: {} });
  const model = JSON.stringify({ traceId: "t", spanId: "m", attributes: { "gen_ai.completion": "Hello." } });
  const { traces } = await findTraces([await fileOf("spans.jsonl", `${`${other}\n`.repeat(400)}${model}\n`)]);
  expect(traces.map(({ reader }) => reader.name)).toEqual(["otel"]);
});

test("no fault of a trace quotes the text that stands in it", async () => {
  const file = await fileOf("trace.json", '[{"text": "my password is hunter2"');
  await expect(findTraces([file])).rejects.toMatchObject({ message: expect.not.stringContaining("hunter2") });
});

test("a folder is walked, and what is no trace in it is skipped with its reason", async () => {
  await mkdir(join(folder, "b", "c"), { recursive: true });
  await mkdir(join(folder, ".cache"));
  await fileOf("b/c/steps.jsonl", '{"text": "Hello there."}\n');
  await fileOf("a.json", '[{"task_id": 0, "trial": 0, "traj": []}]');
  await fileOf("LICENSE", "MIT");
  await fileOf("few-shot.jsonl", '{"messages_display": "user: hi"}\n');
  await fileOf("empty.json", "");
  await fileOf(".cache/steps.jsonl", '{"text": "Hello there."}\n');
  const { traces, skipped } = await findTraces([folder]);
  expect(traces.map(({ file }) => file.name)).toEqual([
    join(folder, "a.json"),
    join(folder, "b/c/steps.jsonl"),
  ]);
  expect(skipped.map(({ reason }) => reason.replace(`${folder}/`, ""))).toEqual([
    "LICENSE: none of .json, .jsonl, .ndjson, .traj.",
    "empty.json is empty; give a trace with records.",
    expect.stringMatching(/^few-shot\.jsonl: unknown trace format\. No known format is near/),
  ]);
});

test("a folder without a trace, and a path that is not there, are errors", async () => {
  await fileOf("notes.txt", "nothing");
  await expect(findTraces([folder])).rejects.toThrow(
    /No trace found in .*; 1 files were looked at\.\n {2}.*notes\.txt: none of/,
  );
  await expect(findTraces([join(folder, "gone.json")])).rejects.toThrow(/gone\.json cannot be read: ENOENT/);
});

test("a format that was asked for is not replaced by another", async () => {
  await expect(findTraces([join(testdata, "chats.jsonl")], { format: "tau-bench" })).rejects.toMatchObject({
    code: "trace-format-unknown",
  });
  await expect(findTraces([join(testdata, "chats.jsonl")], { format: "csv" })).rejects.toThrow(
    'Unknown trace format "csv". Known formats: auto, langsmith, langfuse, openinference, otel, tau-bench, tau2-bench, agentdojo, petri, swe-agent, openai, jsonl.',
  );
});
