import { AIMessage } from "@langchain/core/messages";
import type { Generation } from "@langchain/core/outputs";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { loadGuard } from "@persona-guard/classifier";
import type { DriftEvent, PersonaGuard } from "@persona-guard/core";
import { type Completion, type CompletionsServer, startCompletionsServer } from "@persona-guard/testing";
import { createAgent, tool, toolStrategy } from "langchain";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { PersonaDriftCallbackHandler, personaGuardMiddleware } from "../src/index.js";
import {
  agentUnderTest,
  ask,
  chatModel,
  emailCall,
  good,
  persona,
  realGuard,
  sarcastic,
  silent,
} from "./agent-under-test.js";

let guard: PersonaGuard;
let server: CompletionsServer | undefined;
beforeAll(async () => {
  guard = await realGuard();
});
afterEach(() => server?.close());
afterAll(() => guard.close());

async function chain(completions: readonly Completion[]) {
  server = await startCompletionsServer(completions);
  return ChatPromptTemplate.fromTemplate("{question}").pipe(chatModel(server.url));
}

test.each([{ streaming: false }, { streaming: true }])(
  "any chain is watched (streaming: $streaming) and nothing in it is changed",
  async ({ streaming }) => {
    const events: DriftEvent[] = [];
    const handler = new PersonaDriftCallbackHandler({
      guard,
      logger: silent,
      onEvent: (event) => events.push(event),
    });
    const watched = await chain([{ content: sarcastic }, { toolCalls: [emailCall(good)] }]);
    const config = { callbacks: [handler], metadata: { thread_id: "t" } };
    const question = { question: "What now?" };
    const reply = streaming
      ? await joined(await watched.stream(question, config))
      : (await watched.invoke(question, config)).text;
    await watched.invoke({ question: "And now?" }, config);
    await handler.flush();
    expect(reply).toBe(sarcastic);
    expect(
      events.map(({ outcome, action, session, index }) => ({ outcome, action, session, index })),
    ).toEqual([
      { outcome: "drifted", action: "log", session: "t", index: 0 },
      { outcome: "in-persona", action: "none", session: "t", index: 1 },
    ]);
  },
);

test("a guard that cannot be loaded fails flush, not the chain", async () => {
  const handler = new PersonaDriftCallbackHandler({ persona: "/nowhere/persona.yaml", logger: silent });
  const watched = await chain([{ content: good }]);
  expect((await watched.invoke({ question: "What now?" }, { callbacks: [handler] })).text).toBe(good);
  await expect(handler.flush()).rejects.toMatchObject({ code: "persona-unreadable" });
});

describe("with more than a thousand turns at once", () => {
  function handlerAfter(turns: number, isOver: boolean) {
    const events: DriftEvent[] = [];
    const handler = new PersonaDriftCallbackHandler({
      guard,
      logger: silent,
      onEvent: (event) => events.push(event),
    });
    for (let turn = 0; turn < turns; turn++) {
      handler.handleChatModelStart({}, [[]], `run ${turn}`, `node ${turn}`);
      const message = new AIMessage(`Turn ${turn}.`);
      handler.handleLLMEnd({ generations: [[{ text: message.text, message } as Generation]] }, `run ${turn}`);
      if (isOver) handler.handleChainEnd({}, `node ${turn}`);
    }
    return { handler, events };
  }

  test("those that wait to be judged beyond that are counted, not kept", async () => {
    const { handler, events } = handlerAfter(1_003, true);
    await handler.flush();
    expect([events.length, handler.dropped]).toEqual([1_000, 3]);
  });

  test("a run that never ends keeps no turn from being judged", async () => {
    const { handler, events } = handlerAfter(1_003, false);
    await handler.flush();
    expect([events.length, handler.dropped]).toEqual([1_003, 0]);
  });
});

describe("beside the middleware", () => {
  const strategy = toolStrategy(z.object({ summary: z.string() }));
  const answer = (summary: string) => ({
    toolCalls: [{ name: strategy[0]?.name ?? "", args: { summary } }],
  });
  const drifting = [
    { toolCalls: [emailCall(sarcastic)] },
    { toolCalls: [emailCall(good)] },
    { content: good },
  ];

  async function watchedRun(
    options: Omit<Parameters<typeof agentUnderTest>[0], "guard">,
    policy: object,
    by = guard,
  ) {
    const watched: DriftEvent[] = [];
    const handler = new PersonaDriftCallbackHandler({
      guard: by,
      logger: silent,
      onEvent: (event) => watched.push(event),
    });
    const run = await agentUnderTest({ ...options, guard: { guard, ...policy } });
    server = run.server;
    await run.agent.invoke(ask("Please write to the hotel."), { callbacks: [handler] });
    await handler.flush();
    return {
      judged: run.events.map(({ outcome }) => outcome),
      watched: watched.map(({ outcome }) => outcome),
    };
  }

  test.each([
    { case: "in persona", completions: drifting.slice(1), policy: {}, judged: ["in-persona", "in-persona"] },
    {
      case: "re-prompted",
      completions: drifting,
      policy: {},
      judged: ["drifted", "in-persona", "in-persona"],
    },
    { case: "blocked", completions: drifting, policy: { onDrift: "block" }, judged: ["drifted"] },
    {
      case: "only logged",
      completions: [{ content: sarcastic }],
      policy: { onDrift: "log" },
      judged: ["drifted"],
    },
    {
      case: "a structured answer",
      completions: [answer(sarcastic), answer(good)],
      policy: {},
      judged: ["drifted", "in-persona"],
      responseFormat: strategy,
    },
    {
      case: "shadow mode",
      completions: [{ content: good }],
      policy: { mode: "shadow" },
      judged: ["in-persona"],
    },
  ])(
    "what the middleware judged is not logged again: $case",
    async ({ case: _, policy, judged, ...options }) => {
      expect(await watchedRun(options, policy)).toEqual({ judged, watched: [] });
    },
  );

  test("a handler of another persona judges for itself", async () => {
    const other = await loadGuard({ persona: { ...persona, name: "other" }, tier: "lexical" });
    const { watched } = await watchedRun({ completions: drifting }, {}, other);
    expect(watched).toEqual(["drifted", "in-persona", "in-persona"]);
    await other.close();
  });
});

test.each([{ watcher: "the middleware" }, { watcher: "the handler" }])(
  "an agent inside a tool has a session of its own for each call of the tool, to $watcher",
  async ({ watcher }) => {
    const events: DriftEvent[] = [];
    const options = { guard, logger: silent, onEvent: (event: DriftEvent) => events.push(event) };
    const handler = new PersonaDriftCallbackHandler(options);
    const isHandler = watcher === "the handler";
    const middleware = isHandler ? [] : [personaGuardMiddleware({ ...options, onDrift: "log" })];
    server = await startCompletionsServer([
      { toolCalls: ["1", "2"].map((task) => ({ name: "ask_clerk", args: { task } })) },
      { content: sarcastic },
      { content: good },
      { content: good },
    ]);
    const clerk = createAgent({ model: chatModel(server.url), tools: [], middleware });
    const askClerk = tool(async ({ task }) => (await clerk.invoke(ask(task))).messages.at(-1)?.text ?? "", {
      name: "ask_clerk",
      description: "Asks a clerk.",
      schema: z.object({ task: z.string() }),
    });
    const desk = createAgent({ model: chatModel(server.url), tools: [askClerk], middleware });
    await desk.invoke(ask("Ask the clerk twice."), {
      callbacks: isHandler ? [handler] : [],
      configurable: { thread_id: "desk" },
    });
    await handler.flush();
    const own = events.filter(({ session }) => session === "desk");
    expect(own.map(({ index, outcome }) => `${index} ${outcome}`)).toEqual(["0 silent", "1 in-persona"]);
    const inner = events.filter(({ session }) => /^desk\/tools:[\w-]+$/.test(session));
    expect(new Set(inner.map(({ session }) => session)).size).toBe(2);
    expect(inner.map(({ index }) => index)).toEqual([0, 0]);
  },
);

async function joined(chunks: AsyncIterable<{ readonly text: string }>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += chunk.text;
  return text;
}
