import { Command, MemorySaver } from "@langchain/langgraph";
import { type PersonaGuard, personaGuardErrorIn } from "@persona-guard/core";
import { type HITLRequest, humanInTheLoopMiddleware } from "langchain";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { describeDrift, type PersonaGuardMiddlewareOptions } from "../src/index.js";
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
const config = { configurable: { thread_id: "thread" } };
const draft = { toolCalls: [emailCall(sarcastic), noteCall(good)] };
const edit = (body: string) => ({ type: "edit", editedAction: emailCall(body) });

async function suspended(
  options: Partial<PersonaGuardMiddlewareOptions> = {},
  checkpointer = new MemorySaver(),
) {
  run = await agentUnderTest({
    completions: [draft, done],
    guard: { guard, onDrift: "interrupt", ...options },
    checkpointer,
  });
  const state = await run.agent.invoke(ask("Please write to the hotel."), config);
  return { run, request: requestIn(state) };
}

/** Of an interrupt, as review screens read it. */
function requestIn(state: object): HITLRequest | undefined {
  const interrupts: unknown = Reflect.get(state, "__interrupt__");
  // The shape is what the tests below are about.
  return Array.isArray(interrupts) ? (interrupts[0]?.value as HITLRequest) : undefined;
}

describe("a drifting tool call that a person decides on", () => {
  test("waits with the payload of humanInTheLoopMiddleware, while calls in persona run", async () => {
    const { request, run } = await suspended();
    expect(request).toEqual({
      actionRequests: [
        {
          ...emailCall(sarcastic),
          description: expect.stringContaining("send_email.body reads as sarcastic"),
        },
      ],
      reviewConfigs: [{ actionName: "send_email", allowedDecisions: ["approve", "edit", "reject"] }],
    });
    expect(run.sent).toEqual([good]);
    expect(run.events.map(({ action }) => action)).toEqual(["interrupt"]);
  });

  test.each([
    { decision: { type: "approve" }, sent: [good, sarcastic], actions: ["interrupt", "none"] },
    {
      decision: edit("A text of the reviewer, on which the desk agrees."),
      sent: [good, "A text of the reviewer, on which the desk agrees."],
      actions: ["interrupt", "none", "none"],
    },
    { decision: edit(grovelling), sent: [good, grovelling], actions: ["interrupt", "log", "none"] },
    {
      decision: edit(grovelling),
      policy: { onEdit: "block" } as const,
      sent: [good],
      actions: ["interrupt", "block", "none"],
    },
    { decision: { type: "reject", message: "Not like this." }, sent: [good], actions: ["interrupt", "none"] },
  ])("$decision.type, $policy: judged once, asked once", async ({ decision, policy, sent, actions }) => {
    const { run } = await suspended(policy);
    const state = await run.agent.invoke(new Command({ resume: { decisions: [decision] } }), config);
    expect(requestIn(state)).toBeUndefined();
    expect(run.sent).toEqual(sent);
    expect(run.events.map(({ action }) => action)).toEqual(actions);
    expect(run.server.requests).toHaveLength(2);
    if (decision.type === "reject") expect(JSON.stringify(state.messages)).toContain("Not like this.");
  });

  test("is decided on in a process that never saw it", async () => {
    const checkpointer = new MemorySaver();
    const { run: before } = await suspended({}, checkpointer);
    await before.close();
    run = await agentUnderTest({
      completions: [done],
      guard: { guard: await realGuard(), onDrift: "interrupt" },
      checkpointer,
    });
    await run.agent.invoke(new Command({ resume: { decisions: [{ type: "approve" }] } }), config);
    expect(run.sent).toEqual([sarcastic]);
  });

  test("a decision that cannot be read says what it should be, and may be given again", async () => {
    const { run } = await suspended();
    const resume = { decisions: [{ type: "edit", editedAction: { name: "send_email" } }] };
    const error = await run.agent.invoke(new Command({ resume }), config).catch((thrown: unknown) => thrown);
    expect(personaGuardErrorIn(error)).toMatchObject({
      code: "input-unreadable",
      message: expect.stringContaining("The decision about send_email cannot be read"),
    });
    const end = await run.agent.invoke(new Command({ resume: { decisions: [{ type: "approve" }] } }), config);
    expect(run.sent).toEqual([good, sarcastic]);
    expect(end.messages.at(-1)?.text).toBe(done.content);
  });

  test("beside another one waits by itself, each decided on by its interrupt's id", async () => {
    run = await agentUnderTest({
      completions: [{ toolCalls: [emailCall(sarcastic), noteCall(grovelling)] }, done],
      guard: { guard, onDrift: "interrupt" },
      checkpointer: new MemorySaver(),
    });
    const state = await run.agent.invoke(ask("Please write to the hotel."), config);
    const interrupts: { id: string; value: HITLRequest }[] = Reflect.get(state, "__interrupt__");
    expect(interrupts.map(({ value }) => value.actionRequests[0]?.name)).toEqual(["send_email", "post_note"]);
    const decisions = interrupts.map(({ id, value }) => {
      const type = value.actionRequests[0]?.name === "send_email" ? "reject" : "approve";
      return [id, { decisions: [{ type }] }];
    });
    const end = await run.agent.invoke(new Command({ resume: Object.fromEntries(decisions) }), config);
    expect(run.sent).toEqual([grovelling]);
    expect(end.messages.at(-1)?.text).toBe(done.content);
    expect(run.events.map(({ action }) => action)).toEqual(["interrupt", "none"]);
  });

  test("is blocked where there is no checkpointer to wait in", async () => {
    run = await agentUnderTest({ completions: [draft, done], guard: { guard, onDrift: "interrupt" } });
    const { messages } = await run.agent.invoke(ask("Please write to the hotel."));
    expect(run.sent).toEqual([good]);
    expect(messages.at(-1)?.text).toBe(done.content);
  });
});

test("a person may also be asked after the redrafts, and a reply that needs one is blocked", async () => {
  run = await agentUnderTest({
    completions: [draft, draft, { content: grovelling }, { content: grovelling }],
    guard: { guard, maxReprompts: 1, onExhausted: "interrupt", notice: "Withheld." },
    checkpointer: new MemorySaver(),
  });
  const state = await run.agent.invoke(ask("Please write to the hotel."), config);
  expect(requestIn(state)?.actionRequests).toHaveLength(1);
  const end = await run.agent.invoke(new Command({ resume: { decisions: [{ type: "approve" }] } }), config);
  expect(end.messages.at(-1)?.text).toBe("Withheld.");
  expect(run.events.map(({ action }) => action)).toEqual(["reprompt", "interrupt", "reprompt", "block"]);
});

test("with humanInTheLoopMiddleware the reviewer reads the corrected draft and what the guard found", async () => {
  const send_email = { allowedDecisions: ["approve", "edit"], description: describeDrift };
  // The type of its options comes out as never under TypeScript 7.
  const review = humanInTheLoopMiddleware({ interruptOn: { send_email } } as never);
  run = await agentUnderTest({
    completions: [{ toolCalls: [emailCall(sarcastic)] }, { toolCalls: [emailCall(good)] }, done],
    guard: { guard },
    after: [review],
    checkpointer: new MemorySaver(),
  });
  const request = requestIn(await run.agent.invoke(ask("Please write to the hotel."), config));
  expect(request?.actionRequests[0]?.description).toMatch(
    /^Persona: in-persona, confidence 0\.\d\d, draft 2\./,
  );
  await run.agent.invoke(new Command({ resume: { decisions: [edit(grovelling)] } }), config);
  expect(run.sent).toEqual([grovelling]);
  expect(run.events.map(({ action }) => action)).toEqual(["reprompt", "none", "log", "none"]);
});
