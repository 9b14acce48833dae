import { expect, test } from "vitest";
import { readRows } from "../testing.js";

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

test("what Langfuse's own judge says of the agent is not the agent's", async () => {
  const one = {
    id: "g",
    traceId: "t",
    type: "GENERATION",
    startTime: "2026-01-01T00:00:00.000Z",
    output: "Hello.",
  };
  const judge = {
    ...one,
    id: "j",
    traceId: "u",
    environment: "langfuse-llm-as-a-judge",
    output: "Score: 1.",
  };
  expect(await readRows([{ ...one, environment: "production" }, judge])).toEqual(["t|0|-|Hello."]);
});
