import { tool } from "@langchain/core/tools";
import type { ChatOpenAI } from "@langchain/openai";
import { afterEach, expect, test } from "vitest";
import * as z from "zod";
import { type CompletionsServer, type Script, startCompletionsServer } from "../src/index.js";
import { scriptedModel } from "./scripted-model.js";

let server: CompletionsServer | undefined;
afterEach(() => server?.close());

async function modelPlaying(script: Script): Promise<ChatOpenAI> {
  server = await startCompletionsServer(script);
  return scriptedModel(server);
}

async function chunksOf<Chunk>(stream: Promise<AsyncIterable<Chunk>>): Promise<readonly Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of await stream) chunks.push(chunk);
  return chunks;
}

const calls = [
  { name: "send_email", args: { to: "a@b.example", body: "The refund of 214.60 euros is on its way." } },
  { name: "post_note", args: { text: "Dispute D-20931 is open." } },
];

test("a text arrives whole, and streamed in deltas of several words", async () => {
  const content = "The refund will arrive\n\nwithin 5 working days.  ";
  const model = await modelPlaying([{ content }, { content }]);
  expect((await model.invoke("When?")).text).toBe(content);
  const texts = (await chunksOf(model.stream("When?"))).map(({ text }) => text).filter(Boolean);
  expect(texts.join("")).toBe(content);
  expect(texts.slice(0, 2)).toEqual(["The refund", " will arrive"]);
});

test("parallel tool calls arrive whole, and streamed with their arguments in pieces", async () => {
  const model = await modelPlaying([{ toolCalls: calls }, { toolCalls: calls }]);
  const whole = await model.invoke("Write.");
  const chunks = await chunksOf(model.stream("Write."));
  const streamed = chunks.reduce((joined, chunk) => joined.concat(chunk));
  for (const { tool_calls: found = [] } of [whole, streamed])
    expect(found.map(({ name, args }) => ({ name, args }))).toEqual(calls);
  expect(chunks.filter(({ tool_call_chunks: pieces = [] }) => pieces.length > 0).length).toBeGreaterThan(8);
  expect(whole.tool_calls?.map(({ id }) => id)).toEqual(["call_1_1", "call_1_2"]);
});

test.each([{ status: 400 }, { status: 429 }, { status: 500 }])(
  "status $status reaches the caller with its message",
  async ({ status }) => {
    const model = await modelPlaying([{ status, message: "Not today." }]);
    await expect(model.invoke("Hello")).rejects.toMatchObject({
      status,
      message: expect.stringContaining("Not today."),
    });
  },
);

test("an error can say when to try again, and the next request gets the next answer", async () => {
  server = await startCompletionsServer([{ status: 429, retryAfterSeconds: 2 }, { content: "Here I am." }]);
  const ask = () =>
    fetch(`${server?.url}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hello" }] }),
    });
  const refused = await ask();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "2"]);
  expect(await (await ask()).text()).toContain("Here I am.");
});

test("arguments that are no JSON arrive as an invalid call", async () => {
  const model = await modelPlaying([{ toolCalls: [{ name: "send_email", args: '{"to": ' }] }]);
  const { tool_calls, invalid_tool_calls } = await model.invoke("Write.");
  expect(tool_calls).toEqual([]);
  expect(invalid_tool_calls).toMatchObject([{ name: "send_email", args: '{"to": ' }]);
});

test("usage is what the script says, in both ways", async () => {
  const scripted = { content: "Done.", usage: { promptTokens: 1_200, completionTokens: 34 } };
  const model = await modelPlaying([scripted, scripted]);
  const counted = { input_tokens: 1_200, output_tokens: 34, total_tokens: 1_234 };
  expect((await model.invoke("Hello")).usage_metadata).toMatchObject(counted);
  const chunks = await chunksOf(model.stream("Hello"));
  expect(chunks.reduce((joined, chunk) => joined.concat(chunk)).usage_metadata).toMatchObject(counted);
});

test("an answer that is delayed comes after one that is not", async () => {
  const model = await modelPlaying([{ content: "late", delayMs: 60 }, { content: "early" }]);
  const arrived: string[] = [];
  await Promise.all(["a", "b"].map(async (text) => arrived.push((await model.invoke(text)).text)));
  expect(arrived).toEqual(["early", "late"]);
});

test("a function answers by what was asked", async () => {
  const model = await modelPlaying(({ messages, tools, stream }, turn) => ({
    content: [turn, messages.at(-1)?.content, tools?.[0]?.function.name, stream === true].join(" "),
  }));
  const send = tool(() => "sent", {
    name: "send_email",
    description: "Sends an email.",
    schema: z.object({ body: z.string() }),
  });
  expect((await model.bindTools([send]).invoke("Hello")).text).toBe("1 Hello send_email false");
  expect((await chunksOf(model.stream("Again"))).map(({ text }) => text).join("")).toBe("2 Again  true");
});

test.each([
  { script: [], says: "no answer to request 1" },
  {
    script: () => {
      throw new Error("Unexpected question.");
    },
    says: "Unexpected question.",
  },
])("where the script ends or throws, the caller reads why: $says", async ({ script, says }) => {
  const model = await modelPlaying(script);
  await expect(model.invoke("Hello")).rejects.toMatchObject({
    status: 500,
    message: expect.stringContaining(says),
  });
});

test("a history with an unanswered tool call is refused, as providers do", async () => {
  const model = await modelPlaying([{ content: "never sent" }]);
  const history = [
    { role: "user" as const, content: "Write." },
    {
      role: "assistant" as const,
      content: "",
      tool_calls: [
        { id: "c1", type: "function" as const, function: { name: "send_email", arguments: "{}" } },
      ],
    },
  ];
  await expect(model.invoke(history)).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining("c1"),
  });
});
