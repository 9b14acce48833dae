import { expect, test } from "vitest";
import { readRows } from "../testing.js";

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
