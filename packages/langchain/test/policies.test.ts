import { AIMessage } from "@langchain/core/messages";
import { type PersonaGuard, parseDriftEvent } from "@persona-guard/core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { PersonaGuardMetadata, PersonaGuardMiddlewareOptions } from "../src/index.js";
import {
  agentUnderTest,
  ask,
  emailCall,
  good,
  grovelling,
  noteCall,
  type Run,
  realGuard,
  sarcastic,
} from "./agent-under-test.js";

let guard: PersonaGuard;
let run: Run | undefined;
beforeAll(async () => {
  guard = await realGuard();
});
afterEach(() => run?.close());
afterAll(() => guard.close());

const done = { content: "The dispute is open and the refund will arrive within 5 working days." };
const both = { toolCalls: [emailCall(sarcastic), noteCall(grovelling)] };

describe("what a drifting draft leads to", () => {
  const cases: readonly {
    readonly policy: Omit<PersonaGuardMiddlewareOptions, "guard" | "persona">;
    readonly sent: readonly string[];
    readonly actions: readonly string[];
  }[] = [
    {
      policy: { onDrift: "replace", replacement: "We will come back to you." },
      sent: ["We will come back to you.", "We will come back to you."],
      actions: ["replace", "none"],
    },
    {
      policy: {
        onDrift: "replace",
        replacement: (_, { utterance, verdict }) =>
          `${utterance.kind} without ${verdict.outcome === "drifted" ? verdict.driftedTo : "?"}`,
      },
      sent: ["email without sarcasm", "message without remorse"],
      actions: ["replace", "none"],
    },
    {
      policy: { onDrift: async (_, { utterance }) => (utterance.kind === "email" ? "block" : "log") },
      sent: [grovelling],
      actions: ["block", "none"],
    },
    {
      policy: { onDrift: "log", toolPolicies: { "send_*": "block" } },
      sent: [grovelling],
      actions: ["block", "none"],
    },
    {
      policy: { onDrift: "block", toolPolicies: { post_note: { onDrift: "log" } } },
      sent: [grovelling],
      actions: ["block", "none"],
    },
    {
      policy: {
        onDrift: "log",
        toolPolicies: [
          { tools: (name) => name.endsWith("note"), onDrift: "block" },
          { tools: "*", onDrift: "log" },
        ],
      },
      sent: [sarcastic],
      actions: ["block", "none"],
    },
    {
      policy: { maxReprompts: 0, toolPolicies: { send_email: { onExhausted: "log" } } },
      sent: [sarcastic],
      actions: ["block", "none"],
    },
    { policy: { applyToToolCalls: false }, sent: [sarcastic, grovelling], actions: ["none", "none"] },
    { policy: { mode: "shadow" }, sent: [sarcastic, grovelling], actions: ["reprompt", "none"] },
  ];
  test.each(cases)("with $policy", async ({ policy, sent, actions }) => {
    run = await agentUnderTest({ completions: [both, done], guard: { guard, ...policy } });
    const { messages } = await run.agent.invoke(ask("Please write to the hotel."));
    expect(run.sent).toEqual(sent);
    expect(run.events.map(({ action }) => action)).toEqual(actions);
    for (const unsent of [sarcastic, grovelling].filter((text) => !sent.includes(text)))
      expect(JSON.stringify(messages)).not.toContain(unsent);
  });

  test("a reply is judged only where the policy applies to replies", async () => {
    run = await agentUnderTest({
      completions: [{ content: grovelling }],
      guard: { guard, applyToReplies: false },
    });
    const { messages } = await run.agent.invoke(ask("What now?"));
    expect(messages.at(-1)?.text).toBe(grovelling);
    expect(run.events.map(({ outcome }) => outcome)).toEqual(["silent"]);
  });

  test("a function that returns no action is told which there are", async () => {
    run = await agentUnderTest({
      completions: [both],
      // Written in JavaScript.
      guard: { guard, onDrift: (() => "reprompted") as never },
    });
    await expect(run.agent.invoke(ask("Please write."))).rejects.toThrow(
      /onDrift returned "reprompted"; it must return one of log, reprompt, block, replace, interrupt/,
    );
  });
});

test("in shadow mode the log says what would have been done, and nothing is", async () => {
  run = await agentUnderTest({
    completions: [{ content: grovelling }],
    guard: { guard, mode: "shadow", onDrift: "block" },
  });
  const { messages } = await run.agent.invoke(ask("What now?"));
  expect(messages.at(-1)?.text).toBe(grovelling);
  expect(messages.at(-1)?.response_metadata).not.toHaveProperty("persona_guard");
  expect(run.events).toMatchObject([{ action: "block", mode: "shadow", outcome: "drifted" }]);
  expect(run.events.map((event) => parseDriftEvent(event))).toEqual(run.events);
});

describe("facts of the first draft", () => {
  const changed = good.replace("214.60", "241.60");
  const email = (body: string) => ({ toolCalls: [emailCall(body)] });

  test("that a redraft lost are asked for by name, within the same budget", async () => {
    run = await agentUnderTest({
      completions: [email(sarcastic), email(changed), email(good), done],
      guard: { guard },
    });
    await run.agent.invoke(ask("Please write to the hotel."));
    expect(run.sent).toEqual([good]);
    expect(run.events.map(({ outcome, action, lostFacts }) => ({ outcome, action, lostFacts }))).toEqual([
      { outcome: "drifted", action: "reprompt", lostFacts: undefined },
      { outcome: "in-persona", action: "reprompt", lostFacts: { amounts: 1 } },
      { outcome: "in-persona", action: "none", lostFacts: undefined },
      { outcome: "in-persona", action: "none", lostFacts: undefined },
    ]);
    const correction = String(run.server.requests[2]?.at(-1)?.content);
    expect(correction).toContain("missing or changed: 214.6 eur.");
  });

  test.each([
    { policy: { maxReprompts: 1 }, sent: [], action: "block" },
    { policy: { maxReprompts: 1, onExhausted: "log" } as const, sent: [changed], action: "log" },
    { policy: { maxReprompts: 3, onLostFacts: "log" } as const, sent: [changed], action: "log" },
  ])("that stay lost: $policy", async ({ policy, sent, action }) => {
    run = await agentUnderTest({
      completions: [email(sarcastic), email(changed), done],
      guard: { guard, ...policy },
    });
    await run.agent.invoke(ask("Please write to the hotel."));
    expect(run.sent).toEqual(sent);
    expect(run.events[1]).toMatchObject({ action, outcome: "in-persona", lostFacts: { amounts: 1 } });
  });

  test("are counted in events, never told", async () => {
    run = await agentUnderTest({
      completions: [email(sarcastic), email(changed), email(good), done],
      guard: { guard },
    });
    await run.agent.invoke(ask("Please write to the hotel."));
    expect(JSON.stringify(run.events[1])).not.toMatch(/214|241/);
    expect(run.events.map((event) => parseDriftEvent(event))).toEqual(run.events);
  });
});

test("messages say what the guard found, and one of them can be followed to its event", async () => {
  run = await agentUnderTest({
    completions: [{ toolCalls: [emailCall(sarcastic)] }, { toolCalls: [emailCall(good)] }, done],
    guard: { guard },
  });
  const { messages } = await run.agent.invoke(ask("Please write to the hotel."));
  const found = messages.flatMap((message: unknown) =>
    AIMessage.isInstance(message) ? [message.response_metadata.persona_guard as PersonaGuardMetadata] : [],
  );
  expect(found).toMatchObject([
    { persona: "desk", outcome: "in-persona", attempts: 2, eventId: run.events[1]?.id },
    { persona: "desk", outcome: "in-persona", attempts: 1, eventId: run.events[2]?.id, calls: {} },
  ]);
  expect(found[0]?.confidence).toBeGreaterThan(0.5);
  expect(Object.keys(found[0]?.calls ?? {})).toEqual(["call_2_1"]);
});
