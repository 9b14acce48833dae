import { ChatPromptTemplate } from "@langchain/core/prompts";
import { ChatOpenAI } from "@langchain/openai";
import type { DriftEvent, PersonaGuard } from "@persona-guard/core";
import { type Completion, type CompletionsServer, startCompletionsServer } from "@persona-guard/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { PersonaDriftCallbackHandler } from "../src/index.js";
import { emailCall, good, realGuard, sarcastic, silent } from "./agent-under-test.js";

let guard: PersonaGuard;
let server: CompletionsServer | undefined;
beforeAll(async () => {
  guard = await realGuard();
});
afterEach(() => server?.close());
afterAll(() => guard.close());

async function chain(completions: readonly Completion[]) {
  server = await startCompletionsServer(completions);
  const model = new ChatOpenAI({
    model: "recorded",
    apiKey: "none",
    maxRetries: 0,
    configuration: { baseURL: server.url },
  });
  return ChatPromptTemplate.fromTemplate("{question}").pipe(model);
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

async function joined(chunks: AsyncIterable<{ readonly text: string }>): Promise<string> {
  let text = "";
  for await (const chunk of chunks) text += chunk.text;
  return text;
}
