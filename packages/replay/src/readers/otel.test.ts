import { expect, test } from "vitest";
import { readFixture, readRows, recordedAgent } from "../testing.js";

test("OpenTelemetry spans of a LangChain agent give turns, and the run of the tool that no turn shows", async () => {
  const { lines, fields } = await readFixture("otel-spans.json");
  const session = lines[0]?.split("|")[0] ?? "";
  expect(session).toMatch(/^[0-9a-f]{32}$/);
  const [asked, announced, done] = recordedAgent(session);
  expect(lines).toEqual([
    asked,
    announced?.replace("|send_email(to,subject,body)", ""),
    `${session}|2|-||send_email(to,subject,body)`,
    done?.replace("|2|", "|3|"),
  ]);
  expect(fields).toContain("traceloop.entity.input");
});

test("OpenTelemetry log records give the choices of the model, not the history that it was given", async () => {
  const { lines } = await readFixture("otel-events.json");
  const session = lines[0]?.split("|")[0] ?? "";
  expect(lines).toEqual(recordedAgent(session, "-"));
});

test("the deprecated attributes and events of OpenTelemetry are read in each form, candidates once", async () => {
  const { lines, fields, intake } = await readFixture("otel-deprecated.jsonl");
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
    "1 attribute gen_ai.prompt",
    "1 choices after the first",
    "1 outputs of agents and chains",
    "1 runs of tools",
  ]);
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

test("a log record takes the model and the conversation of the span that it is about", async () => {
  const span = {
    traceId: "t",
    spanId: "s",
    attributes: { "gen_ai.request.model": "gpt-4o", "gen_ai.conversation.id": "visit" },
  };
  const body = { index: 0, message: { role: "assistant", content: "Hello." } };
  const log = { traceId: "t", spanId: "s", eventName: "gen_ai.choice", attributes: {}, body };
  expect(await readRows([span, log])).toEqual(["visit|0|gpt-4o|Hello."]);
});
