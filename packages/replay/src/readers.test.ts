import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findTraces } from "./find-traces.js";
import { Intake } from "./intake.js";
import { readTraces } from "./read-traces.js";

const testdata = new URL("../testdata/", import.meta.url).pathname;

interface Read {
  /** "session index model text tool(args)", or the message of a fault. */
  readonly lines: readonly string[];
  readonly intake: Intake;
  /** "path of the text, paths of the calls" */
  readonly fields: readonly string[];
  readonly ids: readonly string[];
}

async function readAt(path: string, format = "auto"): Promise<Read> {
  const { traces } = await findTraces([path], { format });
  const intake = new Intake();
  const [lines, fields, ids]: string[][] = [[], [], []];
  for await (const item of readTraces(traces, intake)) {
    if (item.found === "fault") {
      lines?.push(item.message);
      continue;
    }
    const { session, index, model = "-", text, toolCalls, id } = item.step;
    const calls = toolCalls.map(({ name, args }) => `${name}(${Object.keys(args)})`);
    lines?.push([session.replace(testdata, ""), index, model, text, ...calls].join("|"));
    fields?.push(
      [item.fields?.text, ...(item.fields?.toolCalls ?? [])].filter((field) => field !== "").join(", "),
    );
    ids?.push(`${item.origin?.trace.slice(-4)}/${item.origin?.span === id ? "span" : item.origin?.span}`);
  }
  return { lines: lines ?? [], intake, fields: fields ?? [], ids: ids ?? [] };
}

async function readRows(rows: readonly object[], format = "auto"): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "persona-guard-readers-"));
  await writeFile(join(folder, "t.jsonl"), rows.map((row) => JSON.stringify(row)).join("\n"));
  return (await readAt(join(folder, "t.jsonl"), format)).lines.map((line) =>
    line.replaceAll(`${folder}/`, ""),
  );
}

const asked =
  "Your parcel 4410 left our warehouse on Monday and is due on Thursday. Shall I send you that by email?";
const done = "The email is on its way to dana@example.com, with the tracking number of your parcel in it.";
const agentSteps = (session: string, model = "gpt-4o-mini") => [
  `${session}|0|${model}|${asked}`,
  `${session}|1|${model}|I will send it to you now.|send_email(to,subject,body)`,
  `${session}|2|${model}|${done}`,
];

test.each([
  { file: "langsmith-runs.jsonl", field: "outputs.generations[0][0].message.kwargs" },
  {
    file: "langsmith-tree.json",
    field: "child_runs[1].child_runs[0].outputs.generations[0][0].message.kwargs",
  },
  { file: "langfuse-page.json", field: "output" },
  { file: "langfuse-export.jsonl", field: "output" },
  { file: "openinference-otlp.json", field: "llm.output_messages.0.message" },
  { file: "phoenix-spans.jsonl", field: "llm.output_messages.0.message" },
])(
  "the recorded agent of $file gives its three turns, the call of its tool once",
  async ({ file, field }) => {
    const { lines, fields, ids, intake } = await readAt(join(testdata, file));
    expect(lines).toEqual(agentSteps("thread-7"));
    expect(fields[0]).toBe(`${field}.content`);
    expect(fields[1]).toMatch(`${field}.content, ${field}.tool_calls[0]`);
    expect(ids.every((id) => /^[0-9a-f]{4}\/span$/.test(id))).toBe(true);
    expect(intake.left).toContainEqual({
      what: "runs of tools",
      why: "their calls stand in the model's turns",
      count: 1,
    });
  },
);

test("runs of LangChain in Python give turns, and the tool that the program called by itself", async () => {
  expect((await readAt(join(testdata, "langsmith-python.jsonl"))).lines).toEqual([
    "thread-8|0|-|I will write to Dana now.|send_email(to,body)",
    "thread-8|1|-||post_note(comment)",
    "thread-8|2|-|The email is on its way.",
  ]);
});

test("OpenTelemetry spans of a LangChain agent give turns, and the run of the tool that no turn shows", async () => {
  const { lines, fields } = await readAt(join(testdata, "otel-spans.json"));
  const session = lines[0]?.split("|")[0] ?? "";
  expect(session).toMatch(/^[0-9a-f]{32}$/);
  expect(lines).toEqual([
    `${session}|0|gpt-4o-mini|${asked}`,
    `${session}|1|gpt-4o-mini|I will send it to you now.`,
    `${session}|2|-||send_email(to,subject,body)`,
    `${session}|3|gpt-4o-mini|${done}`,
  ]);
  expect(fields).toContain("traceloop.entity.input");
});

test("OpenTelemetry log records give the choices of the model, not the history that it was given", async () => {
  const { lines } = await readAt(join(testdata, "otel-events.json"));
  const session = lines[0]?.split("|")[0] ?? "";
  expect(lines).toEqual(agentSteps(session, "-"));
});

test("the deprecated attributes and events of OpenTelemetry are read in each form, candidates once", async () => {
  const { lines, fields, intake } = await readAt(join(testdata, "otel-deprecated.jsonl"));
  expect(lines).toEqual([
    "chat-9|0|gpt-4o-mini|I will look it up and write to you.|send_email(to,body)",
    "chat-9|1|-||post_comment(comment)",
    "chat-9|2|gpt-4o-mini-2024-07-18|Your parcel arrives on Thursday.",
    "chat-9|3|gpt-4o|You are welcome, Dana.",
    "chat-9|4|gpt-4o|The driver has it already.",
  ]);
  expect(fields).toEqual([
    "gen_ai.completion.0.content, gen_ai.completion.0.tool_calls[0].arguments",
    "gen_ai.tool.call.arguments",
    "gen_ai.completion[0].content",
    "event gen_ai.choice.content",
    "event gen_ai.assistant.message.content",
  ]);
  expect(intake.left.map(({ what, count }) => `${count} ${what}`)).toEqual([
    "3 spans and events",
    "1 choices after the first",
    "1 outputs of agents and chains",
    "1 runs of tools",
  ]);
});

test.each([
  {
    file: "tau2-results.json",
    lines: [
      "tau2-results.json#task-8/trial-0|0|gpt-4.1|Hi! How can I help you today?",
      "tau2-results.json#task-8/trial-0|1|gpt-4.1||open_ticket(summary)",
      "tau2-results.json#task-8/trial-0|2|gpt-4.1|Your line works again, and I noted it in a ticket.",
      "tau2-results.json#task-9/trial-0|0|gpt-4.1|Hello, what can I do for you?",
    ],
  },
  {
    file: "swe-agent.traj",
    lines: [
      "swe-agent.traj|0|-|I will look at the files first.|bash(command)",
      "swe-agent.traj|1|-|The rounding is in fields.py, so I change it there.|submit()",
    ],
  },
  {
    file: "mini-swe-agent.traj.json",
    lines: [
      "mini-swe-agent.traj.json|0|deepseek/deepseek-chat|THOUGHT: I need to look at fields.py before anything else.|bash(command)",
      expect.stringContaining("mini-swe-agent.traj.json|1|deepseek/deepseek-chat|THOUGHT: The fix is in"),
    ],
  },
  {
    file: "responses.jsonl",
    lines: [
      "resp_1|0|gpt-4.1|I will write to Dana now.|send_email(to,body)",
      "resp_1|1|gpt-4.1|The email is on its way.",
      "conv_5|0|gpt-4.1|I cannot give out another customer's address.",
    ],
  },
  {
    file: "completions.jsonl",
    lines: [
      "visit-3|0|gpt-4o-mini|Your parcel arrives on Thursday.",
      "letter-17|0|gpt-4o-mini||send_email(to,body)",
    ],
  },
])("$file gives the agent's turns, and of nobody else's", async ({ file, lines }) => {
  expect((await readAt(join(testdata, file))).lines).toEqual(lines);
});

test("a trajectory of SWE-agent without a history gives its responses, and no thought beside them", async () => {
  const trajectory = [
    { response: "I look first.\n```\nls\n```", thought: "I look first.", action: "ls", observation: "a.py" },
    { response: "", thought: "Nothing is left to do.", action: "submit", observation: "" },
    { action: "exit" },
  ];
  expect(await readRows([{ trajectory, history: [], info: {} }])).toEqual([
    "t.jsonl:1|0|-|I look first.\n```\nls\n```",
    "t.jsonl:1|1|-|Nothing is left to do.",
    "t.jsonl:1: trajectory[2]: neither a response nor a thought. Entry skipped.",
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

test.each([
  { what: "text", output: "Hello.", line: "Hello." },
  { what: "JSON text", output: '{"role": "assistant", "content": "Hello."}', line: "Hello." },
  { what: "text in braces", output: "{Hello.}", line: "{Hello.}" },
  { what: "a list of messages", output: [{ role: "assistant", content: "Hello." }], line: "Hello." },
  { what: "blocks", output: [{ type: "text", text: "Hello." }], line: "Hello." },
  { what: "a completion", output: { completion: "Hello." }, line: "Hello." },
])("a Langfuse generation with $what gives what the model said", async ({ output, line }) => {
  const generation = {
    id: "g",
    trace_id: "t",
    type: "GENERATION",
    start_time: "2026-01-01 00:00:00.000001",
    output,
  };
  expect(await readRows([generation])).toEqual([`t|0|-|${line}`]);
});

test("a Langfuse trace as its page downloads it names the session for its observations", async () => {
  const observations = [
    { id: "g", traceId: "t", type: "GENERATION", startTime: "2026-01-01T00:00:00.000Z", output: '"Hello."' },
    {
      id: "x",
      traceId: "t",
      type: "TOOL",
      name: "post_note",
      startTime: "2026-01-01T00:00:01.000Z",
      input: "noted",
    },
  ];
  expect(await readRows([{ trace: { id: "t", sessionId: "visit" }, observations }])).toEqual([
    'visit|0|-|"Hello."',
    "visit|1|-||post_note(input)",
  ]);
});

test.each([
  {
    what: "columns of a table",
    span: {
      "context.trace_id": "t",
      "context.span_id": "s",
      span_kind: "LLM",
      "attributes.llm.output_messages": [
        { "message.role": "assistant", message: { role: "assistant", content: "Hello." } },
      ],
    },
    line: "Hello.",
  },
  {
    what: "contents and calls among them",
    span: {
      traceId: "t",
      spanId: "s",
      attributes: {
        "openinference.span.kind": "LLM",
        "llm.output_messages.0.message.contents.0.message_content.type": "text",
        "llm.output_messages.0.message.contents.0.message_content.text": "Hello.",
        "llm.output_messages.0.message.contents.1.tool_call.function.name": "pay",
        "llm.output_messages.0.message.contents.1.tool_call.function.arguments": '{"eur":3}',
      },
    },
    line: "Hello.|pay(eur)",
  },
  {
    what: "its output as a value alone",
    span: {
      traceId: "t",
      spanId: "s",
      attributes: { openinference: { span: { kind: "LLM" } }, output: { value: "Hello." } },
    },
    line: "Hello.",
  },
])("an OpenInference span with $what gives what the model said", async ({ span, line }) => {
  expect(await readRows([span])).toEqual([`t|0|-|${line}`]);
});

test.each([
  {
    what: "structured messages",
    value: [
      {
        role: "assistant",
        parts: [
          { type: "reasoning", content: "Hm." },
          { type: "text", content: "Hello." },
          { type: "tool_call", id: "1", name: "pay", arguments: { eur: 3 } },
        ],
      },
    ],
    line: "Hello.|pay(eur)",
  },
  {
    what: "messages as JSON text, calls too",
    value: JSON.stringify([
      { role: "assistant", parts: [{ type: "tool_call", name: "pay", arguments: '{"eur":3}' }] },
    ]),
    line: "|pay(eur)",
  },
  {
    what: "text in two messages",
    value: [
      { role: "assistant", parts: [{ type: "text", content: "Hello." }] },
      { role: "assistant", parts: [{ type: "text", content: "Bye." }] },
    ],
    line: "Hello.\nt|1|-|Bye.",
  },
])("an OpenTelemetry span with $what gives what the model said", async ({ value, line }) => {
  const attributes = { "gen_ai.operation.name": "chat", "gen_ai.output.messages": value };
  expect((await readRows([{ traceId: "t", spanId: "s", attributes }])).join("\n")).toBe(`t|0|-|${line}`);
});

test("an export on a line of its own, as a collector writes it, has its spans named by line and item", async () => {
  const spanOf = (spanId: string, key: string, stringValue: string) => ({
    traceId: "t",
    spanId,
    startTimeUnixNano: "1761900000000000000",
    attributes: [{ key, value: { stringValue } }],
  });
  const spans = [
    spanOf("a", "gen_ai.completion", "Hello."),
    { name: "no ids" },
    spanOf("b", "gen_ai.completion", "Bye."),
  ];
  const line = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
  expect(await readRows([line, line])).toEqual([
    "t.jsonl:1[1]: traceId, spanId: not a span or log record, which has both. Record skipped.",
    "t.jsonl:2[1]: traceId, spanId: not a span or log record, which has both. Record skipped.",
    "t|0|-|Hello.",
    "t|1|-|Bye.",
  ]);
});

test("a document with a record that is no JSON is read around it, and one that was cut off up to there", async () => {
  const folder = await mkdtemp(join(tmpdir(), "persona-guard-readers-"));
  const file = join(folder, "results.json");
  const one = '{"task_id": 1, "trial": 0, "traj": [{"role": "assistant", "content": "Hello."}]}';
  await writeFile(
    file,
    `[${one}, {"task_id": 2, "reward": NaN, "traj": []}, ${one.replace("1", "3")}, ${one.slice(0, 40)}`,
  );
  expect((await readAt(file)).lines.map((line) => line.replaceAll(`${folder}/`, ""))).toEqual([
    "results.json#task-1/trial-0|0|-|Hello.",
    "results.json[1]: is not valid JSON (41 characters). Record skipped, the rest is judged.",
    "results.json#task-3/trial-0|0|-|Hello.",
    "results.json[3]: ends in the middle of a record; it may have been cut off. Record skipped, the rest is judged.",
  ]);
});
