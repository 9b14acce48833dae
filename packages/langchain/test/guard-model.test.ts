import { StringOutputParser } from "@langchain/core/output_parsers";
import { ChatPromptTemplate } from "@langchain/core/prompts";
import { tool } from "@langchain/core/tools";
import { MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { ToolNode, toolsCondition } from "@langchain/langgraph/prebuilt";
import type { DriftEvent, PersonaGuard } from "@persona-guard/core";
import {
  assertNoLeak,
  type CompletionsServer,
  type Script,
  startCompletionsServer,
} from "@persona-guard/testing";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { type GuardOptions, guardModel, guardTools, PersonaDriftCallbackHandler } from "../src/index.js";
import { ask, chatModel, emailCall, good, realGuard, sarcastic, silent } from "./agent-under-test.js";

let guard: PersonaGuard;
let server: CompletionsServer | undefined;
let events: DriftEvent[] = [];
beforeAll(async () => {
  guard = await realGuard();
});
afterEach(async () => {
  events = [];
  await server?.close();
});
afterAll(() => guard.close());

const phrase = "truly innovative business model";
/** Keeps the facts of the drifting draft, as a redraft must. */
const done = "The dispute is open and the refund of 214.60 euros will arrive within 5 working days.";

async function guarded(script: Script, policy: Partial<GuardOptions> = {}) {
  server = await startCompletionsServer(script);
  // The policy's fields alone; the guard is given here.
  const options = {
    guard,
    logger: silent,
    onEvent: (event: DriftEvent) => events.push(event),
    ...policy,
  } as GuardOptions;
  return { model: guardModel(chatModel(server.url), options), options };
}

const outcomes = () => events.map(({ outcome, action }) => `${outcome} ${action}`);

/** Drifts until it is corrected. */
const untilCorrected: Script = ({ messages }) => ({
  content: String(messages.at(-1)?.content).startsWith("[persona-guard]") ? done : sarcastic,
});

async function chain(script: Script, policy: Partial<GuardOptions> = {}) {
  const { model } = await guarded(script, policy);
  return ChatPromptTemplate.fromTemplate("{question}").pipe(model).pipe(new StringOutputParser());
}

test("in a chain, a drifting answer is written again before the next step reads it", async () => {
  const answer = await (await chain(untilCorrected)).invoke({ question: "What now?" });
  expect(answer).toBe(done);
  expect(outcomes()).toEqual(["drifted reprompt", "in-persona none"]);
});

test("a stream gives the accepted answer in one piece", async () => {
  const pieces: string[] = [];
  for await (const piece of await (await chain(untilCorrected)).stream({ question: "What now?" }))
    pieces.push(piece);
  expect(pieces).toEqual([done]);
});

test("no event of a chain shows a rejected draft", async () => {
  const report = await assertNoLeak(
    await chain(untilCorrected),
    { question: "What now?" },
    { streams: ["invoke", "events-v2"] },
  );
  expect(report.rejected).toEqual([sarcastic]);
});

test.each([
  { policy: { onDrift: "log" } as const, answer: sarcastic, asked: 1 },
  { policy: { onDrift: "block", notice: "Withheld." } as const, answer: "Withheld.", asked: 1 },
  { policy: { onDrift: "replace", replacement: "One moment." } as const, answer: "One moment.", asked: 1 },
  { policy: { maxReprompts: 1, notice: "Withheld." } as const, answer: "Withheld.", asked: 2 },
  { policy: { mode: "shadow" } as const, answer: sarcastic, asked: 1 },
])("with $policy a model that always drifts answers $answer", async ({ policy, answer, asked }) => {
  const always = await chain(() => ({ content: sarcastic }), policy);
  expect(await always.invoke({ question: "What now?" })).toBe(answer);
  expect(server?.requests).toHaveLength(asked);
});

test("without a thread each answer is a session of its own, with one they share it", async () => {
  const calm = await chain(() => ({ content: good }));
  for (const config of [{}, {}, { configurable: { thread_id: "t" } }, { configurable: { thread_id: "t" } }])
    await calm.invoke({ question: "What now?" }, config);
  const [first, second, ...threaded] = events.map(({ session }) => session);
  expect(first).not.toBe(second);
  expect(threaded).toEqual(["t", "t"]);
});

test("a callback handler beside it logs nothing a second time", async () => {
  const watched: DriftEvent[] = [];
  const handler = new PersonaDriftCallbackHandler({
    guard,
    logger: silent,
    onEvent: (event) => watched.push(event),
  });
  await (await chain(untilCorrected)).invoke({ question: "What now?" }, { callbacks: [handler] });
  await handler.flush();
  expect([events.length, watched.length]).toEqual([2, 0]);
});

test.each([{ method: "functionCalling" }, { method: "jsonSchema" }] as const)(
  "a structured answer ($method) is judged and written again, and withheld if it drifts to the end",
  async ({ method }) => {
    const schema = z.object({ summary: z.string(), total: z.number() });
    const answers = [sarcastic, good, sarcastic, sarcastic, sarcastic].map((summary) => {
      const args = { summary, total: 214.6 };
      return method === "jsonSchema"
        ? { content: JSON.stringify(args) }
        : { toolCalls: [{ name: "summary", args }] };
    });
    const { model } = await guarded(answers);
    const structured = model.withStructuredOutput(schema, { name: "summary", method });
    expect(await structured.invoke("Summarise.")).toEqual({ summary: good, total: 214.6 });
    expect(events.map(({ utterances }) => utterances.map(({ field }) => field))).toEqual([
      ["structured_response.summary"],
      ["structured_response.summary"],
    ]);
    await expect(structured.invoke("Summarise.")).rejects.toMatchObject({ code: "draft-withheld" });
  },
);

/** The classic graph: a model with tools, a ToolNode, and back. */
async function graph(script: Script, policy: Partial<GuardOptions> = {}) {
  const sent: string[] = [];
  const sendEmail = tool(({ body }) => `sent ${sent.push(body)}`, {
    name: "send_email",
    description: "Sends an email.",
    schema: z.object({ to: z.string(), body: z.string() }),
  });
  const { model, options } = await guarded(script, policy);
  const bound = model.bindTools([sendEmail]);
  const compiled = new StateGraph(MessagesAnnotation)
    .addNode("agent", async ({ messages }) => ({ messages: [await bound.invoke(messages)] }))
    .addNode("tools", guardTools(new ToolNode([sendEmail]), options))
    .addEdge("__start__", "agent")
    .addConditionalEdges("agent", toolsCondition)
    .addEdge("tools", "agent")
    .compile();
  return { compiled, sent };
}

/** Drifts in the email and in the reply, each until it is corrected. */
const driftingAgent: Script = ({ messages }) => {
  const isCorrected = String(messages.at(-1)?.content).startsWith("[persona-guard]");
  const isSent = messages.some(({ role, content }) => role === "tool" && String(content).startsWith("sent"));
  if (isSent) return { content: isCorrected ? done : sarcastic };
  return { toolCalls: [emailCall(isCorrected ? good : sarcastic)] };
};

test("in a graph, only corrected drafts reach tools, history and answer, and each is judged once", async () => {
  const { compiled, sent } = await graph(driftingAgent);
  const state = await compiled.invoke(ask("Please write to the hotel."), {
    configurable: { thread_id: "t" },
  });
  expect(sent).toEqual([good]);
  expect(JSON.stringify(state)).not.toContain(phrase);
  expect(state.messages.at(-1)?.text).toBe(done);
  expect(outcomes()).toEqual(["drifted reprompt", "in-persona none", "drifted reprompt", "in-persona none"]);
  expect(new Set(events.map(({ session }) => session))).toEqual(new Set(["t"]));
});

test("no stream of a graph shows a word of a rejected draft", async () => {
  const { compiled } = await graph(driftingAgent);
  const report = await assertNoLeak(compiled, ask("Please write to the hotel."));
  expect(report.rejected).toEqual([sarcastic]);
});
