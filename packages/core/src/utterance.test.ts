import { describe, expect, test } from "vitest";
import { fieldOf } from "./drift-event.js";
import { definePersona, type PersonaInput } from "./persona.js";
import { parseStep } from "./step.js";
import { inOriginal, utterancesOf } from "./utterance.js";

const prose = "We have posted the new card today.";

function fields(name: string, args: Record<string, unknown>, tools: PersonaInput["tools"] = {}): string[] {
  const step = parseStep({ id: "1", toolCalls: [{ name, args }] }, "test");
  return utterancesOf(step, definePersona({ name: "p", tools })).map((one) => `${one.kind} ${fieldOf(one)}`);
}

describe("which text of a step speaks in the agent's voice", () => {
  test.each([
    {
      case: "an email's body and subject",
      tool: "send_email",
      args: { to: "a@b.example", subject: "Your new card", body: prose },
      found: ["email send_email.subject", "email send_email.body"],
    },
    {
      case: "a Slack message",
      tool: "post_slack_message",
      args: { channel: "#ops", text: prose },
      found: ["message post_slack_message.text"],
    },
    {
      case: "a ticket comment in camel case",
      tool: "addTicketComment",
      args: { ticketId: "T-1", commentBody: prose },
      found: ["message addTicketComment.commentBody"],
    },
    {
      case: "a report",
      tool: "file_report",
      args: { summary: prose },
      found: ["report file_report.summary"],
    },
    {
      case: "text inside lists and objects",
      tool: "send_batch",
      args: { items: [{ text: prose }, { text: prose }] },
      found: ["message send_batch.items[0].text", "message send_batch.items[1].text"],
    },
    {
      case: "no ids, addresses, links, numbers or dates",
      tool: "send_email",
      args: { body: "ab12-99", message: "a@b.example", text: "https://x.example/a", content: "2026-03-01" },
      found: [],
    },
    { case: "no JSON", tool: "post_message", args: { text: '{"say": "hello there you"}' }, found: [] },
    { case: "no queries", tool: "search_docs", args: { text: prose }, found: [] },
    { case: "no code", tool: "run_python", args: { content: "print('hello there')" }, found: [] },
    { case: "no written files", tool: "write_file", args: { content: prose }, found: [] },
    { case: "no unknown arguments", tool: "send", args: { blob: prose }, found: [] },
    {
      case: "nothing that is not a string",
      tool: "send",
      args: { body: 3, text: null, message: { a: [true] } },
      found: [],
    },
  ])("by default: $case", ({ tool, args, found }) => {
    expect(fields(tool, args)).toEqual(found);
  });

  test.each([
    {
      case: "an argument named by the persona",
      tools: { send: { blob: "email" } } as const,
      found: ["email send.blob"],
    },
    {
      case: "a path into lists",
      tools: { send: { "parts[].t": "report" } } as const,
      found: ["report send.parts[0].t"],
    },
    { case: "a glob", tools: { "se*": { blob: "chat" } } as const, found: ["chat send.blob"] },
    {
      case: "one kind for all its text",
      tools: { send: "message" } as const,
      found: ["message send.blob", "message send.parts[0].t", "message send.body"],
    },
    { case: "a tool that is switched off", tools: { send: false } as const, found: [] },
    {
      case: "only what the map names, once it names a tool",
      tools: { send: { blob: false } } as const,
      found: [],
    },
  ])("by the persona's map: $case", ({ tools, found }) => {
    expect(fields("send", { blob: prose, parts: [{ t: prose }], body: prose }, tools)).toEqual(found);
  });

  test("offsets lead back to the original text", () => {
    const text = "> quoted nonsense\nFirst line.\n`code` then more.";
    const [utterance] = utterancesOf(parseStep({ id: "1", text }, "test"), definePersona({ name: "p" }));
    const at = utterance?.text.indexOf("then more") ?? -1;
    const { start, end } = inOriginal(utterance ?? { pieces: [] }, { start: at, end: at + 9 });
    expect(text.slice(start, end)).toBe("then more");
  });

  test("arguments nested without end do not end us", () => {
    const cyclic: Record<string, unknown> = { body: prose };
    cyclic.self = cyclic;
    expect(fields("send", cyclic).length).toBeGreaterThan(0);
  });
});
