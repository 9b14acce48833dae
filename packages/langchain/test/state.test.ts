import { MemorySaver } from "@langchain/langgraph";
import type { PersonaGuard } from "@persona-guard/core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  agentUnderTest,
  ask,
  emailCall,
  good,
  grovelling,
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

test("a session goes on where its checkpoint left it, in a process that never saw it", async () => {
  const whole = await agentUnderTest({
    completions: [{ content: grovelling }, done, { content: grovelling }, done],
    guard: { guard: await realGuard() },
    checkpointer: new MemorySaver(),
  });
  await whole.agent.invoke(ask("What now?"), config);
  await whole.agent.invoke(ask("And now?"), config);
  await whole.close();

  const checkpointer = new MemorySaver();
  const eValues: number[] = [];
  for (const question of ["What now?", "And now?"]) {
    // A guard of its own each time, as after a restart.
    const part = await agentUnderTest({
      completions: [{ content: grovelling }, done],
      guard: { guard: await realGuard() },
      checkpointer,
    });
    await part.agent.invoke(ask(question), config);
    eValues.push(...part.events.map(({ sessionEValue }) => sessionEValue));
    await part.close();
  }
  expect(eValues).toEqual(whole.events.map(({ sessionEValue }) => sessionEValue));
  expect(eValues[2]).toBeGreaterThan(eValues[0] ?? Number.POSITIVE_INFINITY);
});

test("the state lists what had to be said, each once over the runs of a thread, without a word of the drafts", async () => {
  run = await agentUnderTest({
    completions: [
      { toolCalls: [emailCall(sarcastic)] },
      { toolCalls: [emailCall(good)] },
      done,
      { content: grovelling },
      done,
    ],
    guard: { guard },
    checkpointer: new MemorySaver(),
  });
  await run.agent.invoke(ask("Please write to the hotel."), config);
  const { personaDrift } = await run.agent.invoke(ask("What now?"), config);
  expect(personaDrift).toMatchObject([
    {
      id: run.events[0]?.id,
      action: "reprompt",
      driftedTo: "sarcasm",
      fields: ["send_email.body"],
      index: 0,
    },
    { id: run.events[3]?.id, action: "reprompt", driftedTo: "remorse", fields: ["text"], index: 2 },
  ]);
  expect(JSON.stringify(personaDrift)).not.toMatch(/innovative|ashamed/);
});

test("a checkpointer is not needed", async () => {
  run = await agentUnderTest({ completions: [{ content: grovelling }, done], guard: { guard } });
  const { personaDrift } = await run.agent.invoke(ask("What now?"));
  expect(personaDrift).toMatchObject([{ action: "reprompt" }]);
});

test("a step costs no more steps of the graph, and no more checkpoints, than without a guard", async () => {
  run = await agentUnderTest({
    completions: [{ toolCalls: [emailCall(sarcastic)] }, { toolCalls: [emailCall(good)] }, done],
    guard: { guard },
    checkpointer: new MemorySaver(),
  });
  // The start, model, tool, model.
  await run.agent.invoke(ask("Please write to the hotel."), { ...config, recursionLimit: 4 });
  const checkpoints: unknown[] = [];
  for await (const state of run.agent.graph.getStateHistory(config)) checkpoints.push(state.next);
  expect(checkpoints.reverse()).toEqual([["__start__"], ["model_request"], ["tools"], ["model_request"], []]);
});

test("a stored session that cannot be read is begun anew, with a warning", async () => {
  run = await agentUnderTest({
    completions: [done, done],
    guard: { guard },
    checkpointer: new MemorySaver(),
  });
  await run.agent.invoke(ask("What now?"), config);
  await run.agent.graph.updateState(config, {
    _personaSessions: { "PersonaGuardMiddleware[desk]/desk": { schema: "other" } },
  });
  const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
  await run.agent.invoke(ask("And now?"), config);
  expect(await warned).toMatchObject({ code: "PERSONA_GUARD_SESSION_LOST" });
  expect(run.events).toHaveLength(2);
});
