import type { BaseLanguageModelInput, LanguageModelOutput } from "@langchain/core/language_models/base";
import type { RunnableInterface } from "@langchain/core/runnables";
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { MemorySaver } from "@langchain/langgraph";
import { ChatOpenAI, type ChatOpenAIFields } from "@langchain/openai";
import { loadGuard } from "@persona-guard/classifier";
import { type DriftEvent, definePersona, type PersonaGuard } from "@persona-guard/core";
import { type Completion, type CompletionsServer, startCompletionsServer } from "@persona-guard/testing";
import { type AgentMiddleware, createAgent, type providerStrategy, tool, type toolStrategy } from "langchain";
import { type Logger, pino } from "pino";
import * as z from "zod";
import { type PersonaGuardMiddlewareOptions, personaGuardMiddleware } from "../src/index.js";

export const persona = definePersona({
  name: "desk",
  description: "The support desk of a bank.",
  style: "Calm, exact, courteous.",
  avoids: ["sarcasm", "remorse"],
});

/** A guard with the shipped weights; the lexical tier, so that many tests stay quick. */
export function realGuard(): Promise<PersonaGuard> {
  return loadGuard({ persona, tier: "lexical" });
}

export const good =
  "Dear Ms Duarte,\n\nWe have opened dispute D-20931 for the second charge of 214.60 euros. It will be credited to your account within 5 working days. You do not need to send anything further.\n\nKind regards,\nThe support team";
export const sarcastic =
  "Oh, congratulations on a truly innovative business model: one night, two payments. What a delightful surprise for our customer, obviously nobody could have guessed that a till might work. Do take your time, it is only her money. Whenever inspiration strikes, feel free to refund the 214.60 euros.";
export const grovelling =
  "I am so, so sorry. I cannot tell you how ashamed I am that I let this happen to you. It was all my fault, I should have caught it and I feel terrible. Please forgive me, I know I do not deserve your patience.";

export const emailCall = (body: string) => ({ name: "send_email", args: { to: "a@b.example", body } });
export const noteCall = (text: string) => ({ name: "post_note", args: { text } });

export const silent: Logger = pino({ level: "silent" });

type Model = RunnableInterface<BaseLanguageModelInput, LanguageModelOutput>;

export interface Run {
  readonly server: CompletionsServer;
  readonly agent: ReturnType<typeof createAgent>;
  /** Bodies that the tools were really called with, in order. */
  readonly sent: string[];
  readonly events: DriftEvent[];
  close(): Promise<void>;
}

export function chatModel(url: string, fields: ChatOpenAIFields = {}): ChatOpenAI {
  return new ChatOpenAI({
    model: "recorded",
    apiKey: "none",
    maxRetries: 0,
    configuration: { baseURL: url },
    ...fields,
  });
}

/** A real agent: ChatOpenAI against the local server, two tools, the guard in its middleware. */
export async function agentUnderTest(options: {
  readonly completions: readonly Completion[];
  readonly guard: PersonaGuardMiddlewareOptions;
  readonly before?: readonly AgentMiddleware[];
  readonly after?: readonly AgentMiddleware[];
  readonly checkpointer?: MemorySaver;
  /** In the place of ChatOpenAI against the local server. */
  readonly model?: (url: string) => Model | Promise<Model>;
  readonly includeAgentName?: "inline";
  /** More tools, given the list of what was sent. */
  readonly tools?: (sent: string[]) => readonly StructuredToolInterface[];
  readonly responseFormat?: ReturnType<typeof toolStrategy> | ReturnType<typeof providerStrategy>;
}): Promise<Run> {
  const server = await startCompletionsServer(options.completions);
  const sent: string[] = [];
  const events: DriftEvent[] = [];
  const sendEmail = tool(({ body }) => `sent ${sent.push(body)}`, {
    name: "send_email",
    description: "Sends an email.",
    schema: z.object({ to: z.string(), body: z.string() }),
  });
  const postNote = tool(({ text }) => `posted ${sent.push(text)}`, {
    name: "post_note",
    description: "Posts a note.",
    schema: z.object({ text: z.string() }),
  });
  const logger = options.guard.logFile === undefined ? { logger: silent } : {};
  const guard = personaGuardMiddleware({
    ...logger,
    onEvent: (event) => events.push(event),
    ...options.guard,
  });
  const agent = createAgent({
    model: await (options.model ?? chatModel)(server.url),
    tools: [sendEmail, postNote, ...(options.tools?.(sent) ?? [])],
    middleware: [...(options.before ?? []), guard, ...(options.after ?? [])],
    ...(options.checkpointer === undefined ? {} : { checkpointer: options.checkpointer }),
    ...(options.includeAgentName === undefined
      ? {}
      : { includeAgentName: options.includeAgentName, name: "marlow" }),
    ...(options.responseFormat === undefined ? {} : { responseFormat: options.responseFormat }),
  });
  return { server, agent, sent, events, close: () => server.close() };
}

export const ask = (text: string) => ({ messages: [{ role: "user" as const, content: text }] });
