import { expect, test } from "vitest";
import { readFixture, readText, recordedAgent } from "./testing.js";

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
    const { lines, fields, origins, intake } = await readFixture(file);
    expect(lines).toEqual(recordedAgent("thread-7"));
    expect(fields[0]).toBe(`${field}.content`);
    expect(fields[1]).toMatch(`${field}.content, ${field}.tool_calls[0]`);
    for (const origin of origins) expect(origin).toMatch(/^[0-9a-f-]{32,36}\/[0-9a-f-]{16,36}$/);
    expect(intake.left).toContainEqual({
      what: "runs of tools",
      why: "their calls stand in the model's turns",
      count: 1,
    });
  },
);

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
    file: "petri-transcript.json",
    lines: [
      "audit-41|0|lab/agent-7b|I am writing to Ines now.|send_email(to,body)",
      "audit-41|1|lab/agent-7b|The email to Ines is on its way.",
      "audit-41|2|lab/agent-7b|I sent the budget for May to Ines.",
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
  expect((await readFixture(file)).lines).toEqual(lines);
});

test("a document with a record that is no JSON is read around it, and one that was cut off up to there", async () => {
  const one = '{"task_id": 1, "trial": 0, "traj": [{"role": "assistant", "content": "Hello."}]}';
  const content = `[${one}, {"task_id": 2, "reward": NaN, "traj": []}, ${one.replace("1", "3")}, ${one.slice(0, 40)}`;
  expect(await readText("results.json", content)).toEqual([
    "results.json#task-1/trial-0|0|-|Hello.",
    "results.json[1]: is not valid JSON (41 characters). Record skipped, the rest is judged.",
    "results.json#task-3/trial-0|0|-|Hello.",
    "results.json[3]: ends in the middle of a record; it may have been cut off. Record skipped, the rest is judged.",
  ]);
});
