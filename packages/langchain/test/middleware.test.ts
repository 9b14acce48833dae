import { AIMessage } from "@langchain/core/messages";
import { MemorySaver } from "@langchain/langgraph";
import { loadClassifier } from "@persona-guard/classifier";
import { type PersonaGuard, personaGuardErrorIn } from "@persona-guard/core";
import { createMiddleware, providerStrategy, toolStrategy } from "langchain";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { personaGuardMiddleware } from "../src/index.js";
import {
  agentUnderTest,
  ask,
  chatModel,
  emailCall,
  good,
  grovelling,
  noteCall,
  persona,
  type Run,
  realGuard,
  sarcastic,
  silent,
} from "./agent-under-test.js";

let guard: PersonaGuard;
let run: Run | undefined;
beforeAll(async () => {
  guard = await realGuard();
});
afterEach(() => run?.close());
afterAll(() => guard.close());

const done = { content: "The dispute is open and the refund will arrive within 5 working days." };
const phrase = "truly innovative business model";

describe("an email drafted out of character", () => {
  test("is written again inside the same step, and only the corrected one is sent", async () => {
    run = await agentUnderTest({
      completions: [{ toolCalls: [emailCall(sarcastic)] }, { toolCalls: [emailCall(good)] }, done],
      guard: { guard },
    });
    const { messages } = await run.agent.invoke(ask("Please write to the hotel."));
    expect(run.sent).toEqual([good]);
    expect(JSON.stringify(messages)).not.toContain(phrase);
    expect(run.events.map(({ outcome, action, attempt }) => ({ outcome, action, attempt }))).toEqual([
      { outcome: "drifted", action: "reprompt", attempt: 1 },
      { outcome: "in-persona", action: "none", attempt: 2 },
      { outcome: "in-persona", action: "none", attempt: 1 },
    ]);
    const [rejected, redrafted] = run.events;
    expect(rejected?.rejectedTokens?.output).toBeGreaterThan(0);
    expect(redrafted?.rescue?.after).toBeGreaterThan(redrafted?.rescue?.before ?? 1);
    expect(run.events.map(({ index }) => index)).toEqual([0, 0, 1]);
  });

  test("asks with the first request as its prefix, every call answered, and names sentence, trait and persona", async () => {
    run = await agentUnderTest({
      completions: [
        { toolCalls: [emailCall(sarcastic), noteCall(good)] },
        { toolCalls: [emailCall(good), noteCall(good)] },
        done,
      ],
      guard: { guard },
    });
    await run.agent.invoke(ask("Please write to the hotel."));
    const [first, retry] = run.server.requests;
    expect(retry?.slice(0, first?.length)).toEqual(first);
    expect(retry?.slice(first?.length).map(({ role }) => role)).toEqual([
      "assistant",
      "tool",
      "tool",
      "user",
    ]);
    const correction = String(retry?.at(-1)?.content);
    for (const said of [phrase, "send_email.body", "sarcastic", '"desk"', "Calm, exact, courteous."])
      expect(correction).toContain(said);
    expect(run.sent).toEqual([good, good]);
  });

  test("changes nothing in the request but what it appends, so that a provider's prompt cache holds", async () => {
    const bodies: string[] = [];
    const recording: typeof fetch = (url, init) => {
      bodies.push(String(init?.body));
      return fetch(url, init);
    };
    run = await agentUnderTest({
      completions: [{ toolCalls: [emailCall(sarcastic)] }, { toolCalls: [emailCall(good)] }, done],
      guard: { guard },
      model: (url) => chatModel(url, { configuration: { baseURL: url, fetch: recording } }),
    });
    await run.agent.invoke(ask("Please write to the hotel."));
    const [first, retry] = bodies.map((body): { messages: unknown[] } => JSON.parse(body));
    const asked = JSON.stringify(first?.messages).slice(0, -1);
    expect(JSON.stringify(retry?.messages).startsWith(`${asked},`)).toBe(true);
    expect({ ...retry, messages: [] }).toEqual({ ...first, messages: [] });
    expect(first).toHaveProperty("tools");
  });

  test("leaves no trace in any checkpoint", async () => {
    const checkpointer = new MemorySaver();
    run = await agentUnderTest({
      completions: [{ toolCalls: [emailCall(sarcastic)] }, { toolCalls: [emailCall(good)] }, done],
      guard: { guard },
      checkpointer,
    });
    const config = { configurable: { thread_id: "t1" } };
    await run.agent.invoke(ask("Please write to the hotel."), config);
    let checkpoints = 0;
    for await (const checkpoint of checkpointer.list(config)) {
      checkpoints++;
      expect(JSON.stringify(checkpoint)).not.toContain(phrase);
    }
    expect(checkpoints).toBeGreaterThan(2);
    expect(new Set(run.events.map(({ session }) => session))).toEqual(new Set(["t1"]));
  });

  test("is removed when every redraft drifts too; calls in persona still run, and the history says something was withheld", async () => {
    const bad = { toolCalls: [emailCall(sarcastic), noteCall(good)] };
    run = await agentUnderTest({
      completions: [bad, bad, bad, done],
      guard: { guard, notice: "Withheld by the guard." },
    });
    const { messages } = await run.agent.invoke(ask("Please write to the hotel."));
    expect(run.sent).toEqual([good]);
    expect(run.events.map(({ action }) => action)).toEqual(["reprompt", "reprompt", "block", "none"]);
    expect(JSON.stringify(messages)).not.toContain(phrase);
    expect(JSON.stringify(messages)).toContain("Withheld by the guard.");
  });

  test.each([
    { policy: { onDrift: "log" } as const, sent: [sarcastic], actions: ["log", "none"] },
    { policy: { maxReprompts: 0, onExhausted: "log" } as const, sent: [sarcastic], actions: ["log", "none"] },
    { policy: { onDrift: "block" } as const, sent: [], actions: ["block"] },
  ])("with $policy the model is asked once", async ({ policy, sent, actions }) => {
    run = await agentUnderTest({
      completions: [{ toolCalls: [emailCall(sarcastic)] }, done],
      guard: { guard, ...policy },
    });
    await run.agent.invoke(ask("Please write to the hotel."));
    expect(run.sent).toEqual(sent);
    expect(run.events.map(({ action }) => action)).toEqual(actions);
  });
});

test("a reply out of character is written again before anyone reads it", async () => {
  run = await agentUnderTest({ completions: [{ content: grovelling }, done], guard: { guard } });
  const { messages } = await run.agent.invoke(ask("What now?"));
  expect(messages.at(-1)?.text).toBe(done.content);
  expect(messages).toHaveLength(2);
  expect(run.events[0]?.utterances[0]).toMatchObject({ field: "text", driftedTo: "remorse" });
});

describe("structured answers", () => {
  const schema = z.object({ summary: z.string() });
  test("from a tool strategy are judged and written again", async () => {
    const strategy = toolStrategy(schema);
    const name = strategy[0]?.name ?? "";
    const named = (summary: string) => ({ toolCalls: [{ name, args: { summary } }] });
    run = await agentUnderTest({
      completions: [named(sarcastic), named(good)],
      guard: { guard },
      responseFormat: strategy,
    });
    const { structuredResponse, messages } = await run.agent.invoke(ask("Summarise."));
    expect(structuredResponse).toEqual({ summary: good });
    expect(JSON.stringify(messages)).not.toContain(phrase);
  });

  test("from a provider strategy are judged and written again", async () => {
    const json = (summary: string) => ({ content: JSON.stringify({ summary }) });
    run = await agentUnderTest({
      completions: [json(sarcastic), json(good)],
      guard: { guard },
      responseFormat: providerStrategy(schema),
    });
    const { structuredResponse } = await run.agent.invoke(ask("Summarise."));
    expect(structuredResponse).toEqual({ summary: good });
  });
});

describe("at the tool, the last place before an effect", () => {
  const rewrite = (change: () => { readonly id?: string; readonly args: Record<string, unknown> }) =>
    createMiddleware({
      name: "Rewriter",
      wrapModelCall: async (request, handler) => {
        const reply = await handler(request);
        if (!AIMessage.isInstance(reply) || !reply.tool_calls?.length) return reply;
        return new AIMessage({
          content: reply.content,
          tool_calls: reply.tool_calls.map((call) => ({ ...call, ...change() })),
        });
      },
    });

  test.each([
    {
      case: "a call that the guard never saw is blocked",
      change: () => ({ id: "fresh", args: emailCall(sarcastic).args }),
      policy: {},
      blocked: true,
    },
    {
      case: "arguments edited after the verdict pass with a log line",
      change: () => ({ args: emailCall(sarcastic).args }),
      policy: {},
      blocked: false,
    },
    {
      case: "unless edits are to be blocked",
      change: () => ({ args: emailCall(sarcastic).args }),
      policy: { onEdit: "block" } as const,
      blocked: true,
    },
  ])("$case", async ({ change, policy, blocked }) => {
    run = await agentUnderTest({
      completions: [{ toolCalls: [emailCall(good)] }, done],
      guard: { guard, ...policy },
      before: [rewrite(change)],
    });
    const { messages } = await run.agent.invoke(ask("Please write to the hotel."));
    expect(run.sent).toEqual(blocked ? [] : [sarcastic]);
    expect(run.events.map(({ outcome, action }) => `${outcome} ${action}`)).toContain(
      blocked ? "drifted block" : "drifted log",
    );
    expect(messages.at(-1)?.text).toBe(done.content);
  });
});

describe("when a draft cannot be scored", () => {
  test.each([
    { onError: "allow", sent: [good] },
    { onError: "block", sent: [] },
  ] as const)("onError: $onError decides, and the step is logged as unscored", async ({ onError, sent }) => {
    const broken = await realGuard();
    await broken.close();
    run = await agentUnderTest({
      completions: [{ toolCalls: [emailCall(good)] }, done],
      guard: { guard: broken, onError },
    });
    await run.agent.invoke(ask("Please write to the customer."));
    expect(run.sent).toEqual(sent);
    expect(run.events[0]).toMatchObject({ event: "step-unscored", outcome: "unscored" });
    expect(run.events[0]?.utterances[0]?.reason).toContain("classifier-failed");
  });
});

describe("faulty options", () => {
  test.each([
    { options: {}, says: "persona" },
    { options: { persona, onDrift: "reprompted" }, says: "onDrift" },
    { options: { persona, maxReprompts: -1 }, says: "maxReprompts" },
    { options: { guard: {} }, says: "guard" },
  ])("$options are refused at once, naming $says", ({ options, says }) => {
    // The faults are the point: untyped callers make them.
    const refused = () => personaGuardMiddleware(options as never);
    expect(refused).toThrow(
      expect.objectContaining({ code: "options-invalid", message: expect.stringContaining(says) }),
    );
  });

  test("a persona file that is missing stops the first step with the path in the message", async () => {
    run = await agentUnderTest({
      completions: [done],
      guard: { persona: "/nowhere/persona.yaml", logger: silent },
    });
    const error = await run.agent.invoke(ask("Hello there")).catch((thrown: unknown) => thrown);
    expect(personaGuardErrorIn(error)).toMatchObject({
      code: "persona-unreadable",
      message: expect.stringContaining("/nowhere/persona.yaml"),
    });
  });
});

test("without a thread, each run is a session of its own", async () => {
  run = await agentUnderTest({
    completions: [{ toolCalls: [emailCall(good)] }, done, done],
    guard: { guard },
  });
  await run.agent.invoke(ask("Please write to the hotel."));
  await run.agent.invoke(ask("What now?"));
  const [first, second, third] = run.events.map(({ session }) => session);
  expect(first).toBe(second);
  expect(third).not.toBe(first);
});

test("two guards with different personas live in one agent", async () => {
  const classifier = await loadClassifier({ tier: "lexical" });
  const second = personaGuardMiddleware({
    persona: { name: "second", allows: ["neutral", "sarcasm"] },
    classifier,
    logger: silent,
  });
  run = await agentUnderTest({ completions: [done], guard: { guard }, after: [second] });
  const { messages } = await run.agent.invoke(ask("What now?"));
  expect(messages.at(-1)?.text).toBe(done.content);
  await classifier.close();
});
