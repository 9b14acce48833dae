import { setTimeout as sleep } from "node:timers/promises";
import { MemorySaver } from "@langchain/langgraph";
import { ChatOpenAI } from "@langchain/openai";
import type { PersonaGuard } from "@persona-guard/core";
import { type PersonaGuardMiddlewareOptions, personaGuardMiddleware } from "@persona-guard/langchain";
import { startCompletionsServer } from "@persona-guard/testing";
import { createAgent } from "langchain";
import { pino } from "pino";
import { type Conversation, conversations } from "./conversations.js";

/** The event log is where events go; without this they would be warned of on the terminal as well. */
const silent = pino({ level: "silent" });

/** Lets an agent answer each of the customers, all at the same time, with a pause between their questions. */
export async function runAgents(options: {
  readonly guard: PersonaGuard;
  readonly onEvent: NonNullable<PersonaGuardMiddlewareOptions["onEvent"]>;
  readonly pauseMs: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  await Promise.all(conversations.map((conversation) => runAgent(conversation, options)));
}

async function runAgent(
  { session, model, turns }: Conversation,
  { guard, onEvent, pauseMs, signal }: Parameters<typeof runAgents>[0],
): Promise<void> {
  const server = await startCompletionsServer(
    turns.flatMap(({ drafts }) => drafts.map((content) => ({ content }))),
  );
  const agent = createAgent({
    model: new ChatOpenAI({ model, apiKey: "none", maxRetries: 0, configuration: { baseURL: server.url } }),
    tools: [],
    systemPrompt: "You are Marlow, support agent of Northgate Bank.",
    checkpointer: new MemorySaver(),
    middleware: [personaGuardMiddleware({ guard, onEvent, logTexts: "all", logger: silent })],
  });
  for (const { customer } of turns) {
    if (signal.aborted) break;
    await agent.invoke(
      { messages: [{ role: "user", content: customer }] },
      { configurable: { thread_id: session } },
    );
    await sleep(pauseMs * (0.6 + Math.random() * 0.8), undefined, { signal }).catch(() => {}); // Ctrl-C ends it.
  }
  await server.close();
}
