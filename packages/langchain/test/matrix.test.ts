import { AIMessage, ToolMessage } from "@langchain/core/messages";
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { PersonaGuard } from "@persona-guard/core";
import { type Completion, startCompletionsServer } from "@persona-guard/testing";
import {
  createAgent,
  modelCallLimitMiddleware,
  modelRetryMiddleware,
  piiMiddleware,
  providerStrategy,
  summarizationMiddleware,
  tool,
  toolRetryMiddleware,
  toolStrategy,
} from "langchain";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import {
  agentUnderTest,
  ask,
  chatModel,
  emailCall,
  good,
  noteCall,
  type Run,
  realGuard,
  sarcastic,
} from "./agent-under-test.js";
import { received, type streams } from "./received.js";

let guard: PersonaGuard;
let run: Run | undefined;
beforeAll(async () => {
  guard = await realGuard();
});
afterEach(() => run?.close());
afterAll(() => guard.close());

const done = { content: "The dispute is open and the refund will arrive within 5 working days." };
const phrase = "truly innovative business model";
const calls = (...toolCalls: NonNullable<Completion["toolCalls"]>): Completion => ({ toolCalls });
const named = (name: string) => (body: string) => ({ name, args: { body } });

/** Kinds of steps: what the model drafts, and what must have been sent in the end. */
const steps: readonly {
  readonly step: string;
  readonly completions: readonly Completion[];
  readonly sent: readonly string[];
  readonly tools?: (sent: string[]) => readonly StructuredToolInterface[];
}[] = [
  { step: "a reply", completions: [{ content: sarcastic }, { content: good }], sent: [] },
  {
    step: "one call",
    completions: [calls(emailCall(sarcastic)), calls(emailCall(good)), done],
    sent: [good],
  },
  {
    step: "parallel calls, one of them out of character",
    completions: [calls(emailCall(good), noteCall(sarcastic)), calls(emailCall(good), noteCall(good)), done],
    sent: [good, good],
  },
  {
    step: "a reply with a call",
    completions: [{ content: sarcastic, ...calls(noteCall(good)) }, calls(noteCall(good)), done],
    sent: [good],
  },
  {
    step: "a tool whose result is the answer",
    completions: [calls(named("final_email")(sarcastic)), calls(named("final_email")(good))],
    sent: [good],
    tools: (sent) => [emailTool("final_email", sent, { returnDirect: true })],
  },
  {
    step: "a tool that does not exist",
    completions: [calls(named("fax_message")(sarcastic)), calls(named("fax_message")(good)), done],
    sent: [],
  },
  {
    step: "arguments that are no JSON after arguments out of character",
    completions: [calls(emailCall(sarcastic)), calls({ name: "send_email", args: '{"body": "Dear' })],
    sent: [],
  },
  {
    step: "arguments that do not fit the tool",
    completions: [
      calls(named("send_email")(sarcastic)),
      calls(named("send_email")(good)),
      calls(emailCall(good)),
      done,
    ],
    sent: [good],
  },
  {
    step: "an MCP tool, with a JSON schema and a prefix",
    completions: [calls(named("mcp__mail__send")(sarcastic)), calls(named("mcp__mail__send")(good)), done],
    sent: [good],
    tools: (sent) => [
      tool(({ body }) => [`sent ${sent.push(body)}`, { artifact: 1 }], {
        name: "mcp__mail__send",
        description: "Sends an email.",
        schema: { type: "object", properties: { body: { type: "string" } }, required: ["body"] },
        responseFormat: "content_and_artifact",
        // tool() leaves open whether a JSON schema makes a structured tool; it does.
      }) as unknown as StructuredToolInterface,
    ],
  },
];

describe("is written again and nothing of the draft is seen", () => {
  const ways = ["all modes", "streamEvents v2", "streamEvents v3"] as const;
  // Each step by invoke and, in turn, by one kind of stream: all kinds are searched in streaming.test.ts.
  const cases = steps.flatMap((step, at) =>
    (["invoke", ways[at % ways.length] ?? "all modes"] as const).map((way) => ({ ...step, way })),
  );
  test.each(cases)("$step, by $way", async ({ completions, sent, tools, way }) => {
    run = await agentUnderTest({
      completions,
      guard: { guard },
      ...(tools === undefined ? {} : { tools }),
    });
    expect(await everythingFrom(run, way)).not.toContain(phrase);
    expect(run.sent).toEqual(sent);
    expect(run.events[0]).toMatchObject({ outcome: "drifted", action: "reprompt" });
    expect(run.server.requests).toHaveLength(completions.length);
  });
});

async function everythingFrom(run: Run, way: "invoke" | (typeof streams)[number]): Promise<string> {
  if (way !== "invoke") return (await received(run, way)).everything;
  const state = await run.agent.invoke(ask("Please write to the hotel."));
  const answered = new Set(
    state.messages.flatMap((one: unknown) => (ToolMessage.isInstance(one) ? [one.tool_call_id] : [])),
  );
  const made = state.messages.flatMap((one: unknown) =>
    AIMessage.isInstance(one) ? (one.tool_calls ?? []) : [],
  );
  expect(made.filter(({ id }: { id: string }) => !answered.has(id))).toEqual([]);
  return JSON.stringify(state);
}

test("an agent that is another agent's tool is guarded by its own guard", async () => {
  const inner = await agentUnderTest({
    completions: [{ content: sarcastic }, { content: good }],
    guard: { guard },
  });
  const outer = await startCompletionsServer([
    calls({ name: "write", args: { task: "Write to the hotel." } }),
    done,
  ]);
  const write = tool(
    async ({ task }, config) => (await inner.agent.invoke(ask(task), config)).messages.at(-1)?.text ?? "",
    { name: "write", description: "Writes.", schema: z.object({ task: z.string() }) },
  );
  const agent = createAgent({ model: chatModel(outer.url), tools: [write] });
  const { everything } = await received({ agent: agent as unknown as Run["agent"] }, "all modes");
  await Promise.all([inner.close(), outer.close()]);
  expect(everything).not.toContain(phrase);
  expect(everything).toContain("D-20931");
});

describe.each([
  { strategy: "tool", format: toolStrategy(z.object({ summary: z.string() })) },
  { strategy: "provider", format: providerStrategy(z.object({ summary: z.string() })) },
])("a structured answer by $strategy strategy", ({ format }) => {
  const answer = (summary: unknown): Completion =>
    Array.isArray(format)
      ? calls({ name: format[0]?.name ?? "", args: { summary } })
      : { content: JSON.stringify({ summary }) };

  test.each([
    { policy: { onDrift: "replace", replacement: "Withheld." } as const, answer: { summary: "Withheld." } },
    { policy: { onDrift: "block", notice: "Withheld." } as const, answer: undefined },
    { policy: { onDrift: "log" } as const, answer: { summary: sarcastic } },
  ])("with $policy", async ({ policy, answer: left }) => {
    run = await agentUnderTest({
      completions: [answer(sarcastic)],
      guard: { guard, ...policy },
      responseFormat: format,
    });
    const state = await run.agent.invoke(ask("Summarise."));
    expect(state.structuredResponse).toEqual(left);
    if (policy.onDrift !== "log") {
      expect(JSON.stringify(state)).not.toContain(phrase);
      expect(JSON.stringify(state.messages)).toContain("Withheld.");
    }
  });

  test("after a call that was written again", async () => {
    run = await agentUnderTest({
      completions: [calls(emailCall(sarcastic)), calls(emailCall(good)), answer(good)],
      guard: { guard },
      responseFormat: format,
    });
    const { structuredResponse } = await run.agent.invoke(ask("Write and summarise."));
    expect(run.sent).toEqual([good]);
    expect(structuredResponse).toEqual({ summary: good });
  });
});

test("a structured answer that does not fit its schema is asked for again by LangChain itself", async () => {
  const format = toolStrategy(z.object({ summary: z.string() }));
  const answer = (summary: unknown) => calls({ name: format[0]?.name ?? "", args: { summary } });
  run = await agentUnderTest({
    completions: [answer(sarcastic), answer(5), calls(emailCall(good)), answer(good)],
    guard: { guard },
    responseFormat: format,
  });
  const state = await run.agent.invoke(ask("Write and summarise."));
  expect(state.structuredResponse).toEqual({ summary: good });
  expect(run.sent).toEqual([good]);
  expect(JSON.stringify(state)).not.toContain(phrase);
});

describe.each([{ place: "before" }, { place: "after" }] as const)("listed $place the guard", ({ place }) => {
  test.each([
    // Their option types come out as never under TypeScript 7.
    { name: "piiMiddleware", other: () => piiMiddleware("email", { applyToOutput: true } as never) },
    { name: "modelRetryMiddleware", other: () => modelRetryMiddleware({ maxRetries: 1 }) },
    { name: "toolRetryMiddleware", other: () => toolRetryMiddleware({ maxRetries: 1 }) },
    { name: "modelCallLimitMiddleware", other: () => modelCallLimitMiddleware({ runLimit: 5 } as never) },
    {
      name: "summarizationMiddleware",
      other: () =>
        summarizationMiddleware({
          model: chatModel("http://127.0.0.1:9/v1"),
          trigger: { messages: 50 },
        } as never),
    },
  ])("$name leaves it its work", async ({ other }) => {
    run = await agentUnderTest({
      completions: [calls(emailCall(sarcastic)), calls(emailCall(good)), done],
      guard: { guard },
      [place]: [other()],
    });
    const { messages } = await run.agent.invoke(ask("Please write to the hotel."));
    expect(run.sent).toEqual([good]);
    expect(JSON.stringify(messages)).not.toContain(phrase);
    expect(messages.at(-1)?.text).toBe(done.content);
    expect(run.events.map(({ action }) => action)).toEqual(["reprompt", "none", "none"]);
  });
});

function emailTool(name: string, sent: string[], fields: { readonly returnDirect?: boolean }) {
  return tool(({ body }) => `sent ${sent.push(body)}`, {
    name,
    description: "Sends an email.",
    schema: z.object({ body: z.string() }),
    ...fields,
  });
}
