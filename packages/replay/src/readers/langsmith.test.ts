import { expect, test } from "vitest";
import { readFixture, readRows } from "../testing.js";

test("runs of LangChain in Python give turns, and the tool that the program called by itself", async () => {
  expect((await readFixture("langsmith-python.jsonl")).lines).toEqual([
    "thread-8|0|-|I will write to Dana now.|send_email(to,body)",
    "thread-8|1|-||post_note(comment)",
    "thread-8|2|-|The email is on its way.",
  ]);
});

const run = { id: "r", trace_id: "t", start_time: "2026-01-01T00:00:00Z", inputs: {} };
test.each([
  { what: "outputs.messages", outputs: { messages: [{ type: "ai", content: "Hello." }] }, line: "Hello." },
  {
    what: "a chat completion",
    outputs: { choices: [{ message: { role: "assistant", content: "Hello." } }] },
    line: "Hello.",
  },
  {
    what: "a Responses object",
    outputs: {
      output: [{ type: "message", role: "assistant", content: [{ type: "output_text", text: "Hello." }] }],
    },
    line: "Hello.",
  },
  {
    what: "a generation without a message",
    outputs: { generations: [[{ text: "Hello." }, { text: "Hi." }]] },
    line: "Hello.",
  },
  {
    what: "a flat list of generations",
    outputs: { generations: [{ text: "Hello.", message: { content: "Hello there." } }] },
    line: "Hello there.",
  },
  {
    what: "JSON text, as a table has it",
    outputs: '{"messages": [{"role": "assistant", "content": "Hello."}]}',
    line: "Hello.",
  },
  {
    what: "a message of Anthropic",
    outputs: {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "Hm." },
        { type: "text", text: "Hello." },
        { type: "tool_use", id: "1", name: "pay", input: { eur: 3 } },
      ],
    },
    line: "Hello.|pay(eur)",
  },
  {
    what: "an answer of Gemini",
    outputs: {
      candidates: [
        {
          content: {
            role: "model",
            parts: [{ text: "Hello." }, { functionCall: { name: "pay", args: { eur: 3 } } }],
          },
        },
      ],
    },
    line: "Hello.|pay(eur)",
  },
  {
    what: "calls in additional_kwargs",
    outputs: {
      messages: [
        {
          type: "ai",
          data: {
            content: "",
            additional_kwargs: { tool_calls: [{ function: { name: "pay", arguments: "{}" } }] },
          },
        },
      ],
    },
    line: "|pay()",
  },
  {
    what: "a message with its history",
    outputs: {
      messages: [
        { type: "human", content: "Hi." },
        { type: "ai", content: "Hello." },
      ],
    },
    line: "Hello.",
  },
])("a LangSmith run of a model with $what gives what the model said", async ({ outputs, line }) => {
  expect(await readRows([{ ...run, run_type: "llm", outputs }])).toEqual([`t|0|-|${line}`]);
});

test("runs that failed, have no id or are no runs are told apart from those that were read", async () => {
  const output = { generations: [[{ text: "Hello." }]] };
  expect(
    await readRows([
      { ...run, run_type: "llm", outputs: null, error: "429" },
      { ...run, id: "s", run_type: "llm", outputs: output },
      { run_type: "llm", inputs: {}, outputs: output },
      { ...run, id: "u", run_type: "tool", name: "pay", inputs: '{"eur": 3}' },
      { ...run, id: "v", run_type: "tool", name: "", inputs: {} },
      { price: 3 },
    ]),
  ).toEqual([
    "t.jsonl:3: id: missing. Run skipped.",
    "t.jsonl:5: inputs.name: no name of a tool. Run skipped, the rest is judged.",
    "t.jsonl:6: run_type: missing, so it is no run of LangSmith. Record skipped.",
    "t|0|-|Hello.",
    "t|1|-||pay(eur)",
  ]);
});
