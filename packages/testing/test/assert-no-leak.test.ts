import { AIMessage, type BaseMessage, HumanMessage, RemoveMessage } from "@langchain/core/messages";
import { personaGuardMiddleware } from "@persona-guard/langchain";
import { type AgentMiddleware, createAgent, createMiddleware, tool } from "langchain";
import { pino } from "pino";
import { afterEach, expect, test } from "vitest";
import * as z from "zod";
import {
  agentStreams,
  assertNoLeak,
  type ChatMessage,
  type Completion,
  startCompletionsServer,
} from "../src/index.js";
import { scriptedModel } from "./scripted-model.js";

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

const drafts = {
  mail: "Oh, congratulations on a truly innovative business model, do take your time with the 214.60 euros.",
  reply: "What a delightful surprise, obviously nobody could have guessed that a till might work.",
};
const accepted = {
  mail: "We ask you to refund 214.60 euros within 5 working days.",
  reply: "The hotel has our letter and will answer within 5 working days.",
};
const again = "Write it again.";

/** Drifts in the mail and in the reply until it is asked again. */
function driftingModel({ messages }: { readonly messages: readonly ChatMessage[] }): Completion {
  const isAskedAgain = /^\[persona-guard\]|^Write it again/.test(String(messages.at(-1)?.content));
  const texts = isAskedAgain ? accepted : drafts;
  const isSent = messages.some(({ role, content }) => role === "tool" && content === "sent");
  return isSent
    ? { content: texts.reply }
    : { toolCalls: [{ name: "send_email", args: { body: texts.mail } }] };
}

async function agentWith(middleware: AgentMiddleware) {
  const server = await startCompletionsServer(driftingModel);
  close = () => server.close();
  return createAgent({
    model: scriptedModel(server),
    tools: [
      tool(() => "sent", {
        name: "send_email",
        description: "Sends an email.",
        schema: z.object({ body: z.string() }),
      }),
    ],
    middleware: [middleware],
  });
}

const input = { messages: [{ role: "user", content: "Please write to the hotel." }] };
const isDraft = (message: BaseMessage) =>
  Object.values(drafts).some((draft) => JSON.stringify(message).includes(draft));

const plainReprompt = createMiddleware({
  name: "PlainReprompt",
  wrapModelCall: async (request, handler) => {
    const reply = await handler(request);
    return AIMessage.isInstance(reply) && isDraft(reply)
      ? handler({ ...request, messages: [...request.messages, new HumanMessage(again)] })
      : reply;
  },
});

const removedLater = createMiddleware({
  name: "RemovedLater",
  afterModel: {
    canJumpTo: ["model"],
    hook: ({ messages }) => {
      const last = messages.at(-1);
      return last?.id !== undefined && isDraft(last)
        ? {
            messages: [new RemoveMessage({ id: last.id }), new HumanMessage(again)],
            jumpTo: "model" as const,
          }
        : undefined;
    },
  },
});

test("a plain re-prompt leaks its drafts token by token: each stream is named, with the words", async () => {
  const leak = await assertNoLeak(await agentWith(plainReprompt), input).catch((error: unknown) => error);
  expect(leak).toMatchObject({
    name: "AssertionError",
    message: [
      "Words of a rejected draft reached the consumer:",
      '  messages: "oh congratulations on a truly innovative business model do take your time"',
      '  events-v2: "oh congratulations on a truly innovative business model do take your time"',
      '  events-v3: "oh congratulations on a truly innovative business model do take your time"',
    ].join("\n"),
  });
});

test("a guarded agent leaks nothing, in whichever way it is read", async () => {
  const guard = personaGuardMiddleware({
    persona: { name: "desk", avoids: ["sarcasm"] },
    tier: "lexical",
    logger: pino({ level: "silent" }),
  });
  expect(await assertNoLeak(await agentWith(guard), input)).toEqual({
    rejected: [drafts.mail, drafts.reply],
    streams: agentStreams,
  });
});

test("where only the final state is read, the same agent leaks nothing, and the drafts are found", async () => {
  const streams = ["invoke", "updates", "values", "custom"] as const;
  expect(await assertNoLeak(await agentWith(plainReprompt), input, { streams })).toEqual({
    rejected: [drafts.mail, drafts.reply],
    streams,
  });
});

test("a draft that a later node takes back is found by its text", async () => {
  const agent = await agentWith(removedLater);
  await expect(
    assertNoLeak(agent, input, { rejected: [drafts.mail], streams: ["invoke", "updates", "values"] }),
  ).rejects.toThrow(/updates: "[^"]*innovative business model[^"]*"\n {2}values: /);
});

test("an agent of which nothing was rejected proves nothing", async () => {
  const agent = await agentWith(createMiddleware({ name: "Nothing" }));
  await expect(assertNoLeak(agent, input, { streams: ["invoke"] })).rejects.toThrow(
    "No draft was rejected in 1 runs (invoke), so nothing could leak.",
  );
});
