// Every kind of step x every form of answer x everything that can become of a draft x every way to read a run.
//
// Left out, because LangChain has no such thing:
// - "interrupt" where no tool is about to run (a reply, an agent inside a tool): such a draft is blocked, see review.test.ts;
// - resuming through a stream: an interrupted run is resumed by invoke, which is the same graph;
// - a structured answer after a tool with returnDirect: the run ends with the tool.
import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { Command, MemorySaver } from "@langchain/langgraph";
import type { DriftEvent, PersonaGuard } from "@persona-guard/core";
import {
  type Completion,
  type CompletionsServer,
  type Script,
  startCompletionsServer,
} from "@persona-guard/testing";
import { createAgent, initChatModel, providerStrategy, tool, toolStrategy } from "langchain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { type DriftPolicy, personaGuardMiddleware } from "../src/index.js";
import {
  ask,
  chatModel,
  emailCall,
  good,
  noteCall,
  type Run,
  realGuard,
  sarcastic,
  silent,
} from "./agent-under-test.js";
import { received } from "./received.js";

const phrase = "truly innovative business model";
const notice = "Withheld by the guard.";
const innerTask = "Say it to the customer.";

type Calls = NonNullable<Completion["toolCalls"]>;

const steps: readonly {
  readonly step: string;
  /** What the model calls, with this text. */
  readonly calls: (text: string) => Calls;
  /** What has then been sent. */
  readonly sent: (text: string) => readonly string[];
  /** What is sent although the text at fault is not. @default nothing */
  readonly kept?: readonly string[];
  readonly endsRun?: boolean;
  readonly speaker?: "agent" | "inner agent";
}[] = [
  { step: "a reply", calls: () => [], sent: () => [] },
  { step: "one call", calls: (text) => [emailCall(text)], sent: (text) => [text] },
  {
    step: "parallel calls",
    calls: (text) => [noteCall(good), emailCall(text)],
    sent: (text) => [good, text],
    kept: [good],
  },
  {
    step: "a tool whose result is the answer",
    calls: (body) => [{ name: "final_email", args: { body } }],
    sent: (text) => [text],
    endsRun: true,
  },
  { step: "an unknown tool", calls: (body) => [{ name: "fax_message", args: { body } }], sent: () => [] },
  {
    step: "arguments that do not fit",
    calls: (body) => [{ name: "send_email", args: { body } }],
    sent: () => [],
  },
  {
    step: "an MCP tool",
    calls: (body) => [{ name: "mcp__mail__send", args: { body } }],
    sent: (text) => [text],
  },
  {
    step: "an agent inside a tool",
    calls: () => [{ name: "ask_clerk", args: {} }],
    sent: (text) => [text],
    kept: [notice],
    speaker: "inner agent",
  },
];
type Step = (typeof steps)[number];

const answerTool = toolStrategy(z.object({ summary: z.string() }));
const answers: readonly {
  readonly answer: string;
  readonly format?: ReturnType<typeof toolStrategy> | ReturnType<typeof providerStrategy>;
  readonly of: (summary: string) => Completion;
}[] = [
  { answer: "plain", of: (content) => ({ content }) },
  {
    answer: "toolStrategy",
    format: answerTool,
    of: (summary) => ({ toolCalls: [{ name: answerTool[0]?.name ?? "", args: { summary } }] }),
  },
  {
    answer: "providerStrategy",
    format: providerStrategy(z.object({ summary: z.string() })),
    of: (summary) => ({ content: JSON.stringify({ summary }) }),
  },
];
type Answer = (typeof answers)[number];

const outcomes: readonly {
  readonly outcome: string;
  /** How the model writes. */
  readonly drifts: "never" | "once" | "always";
  readonly policy: DriftPolicy;
  /** Whether the guard's classifier is closed, so that nothing can be scored. */
  readonly isBroken?: boolean;
  readonly model?: "initChatModel";
  /** Whether the text leaves in the end. */
  readonly isDelivered: boolean;
  readonly action: DriftEvent["action"];
}[] = [
  { outcome: "in persona", drifts: "never", policy: {}, isDelivered: true, action: "none" },
  { outcome: "re-prompted", drifts: "once", policy: {}, isDelivered: true, action: "reprompt" },
  {
    outcome: "re-prompted, by initChatModel",
    drifts: "once",
    policy: {},
    model: "initChatModel",
    isDelivered: true,
    action: "reprompt",
  },
  {
    outcome: "exhausted",
    drifts: "always",
    policy: { maxReprompts: 1 },
    isDelivered: false,
    action: "block",
  },
  { outcome: "blocked", drifts: "always", policy: { onDrift: "block" }, isDelivered: false, action: "block" },
  {
    outcome: "unscored and allowed",
    drifts: "never",
    policy: { onError: "allow" },
    isBroken: true,
    isDelivered: true,
    action: "none",
  },
  {
    outcome: "unscored and blocked",
    drifts: "never",
    policy: { onError: "block" },
    isBroken: true,
    isDelivered: false,
    action: "block",
  },
];
const ways = ["invoke", "all modes", "streamEvents v2", "streamEvents v3"] as const;

let server: CompletionsServer;
let guard: PersonaGuard;
let broken: PersonaGuard;
/** By the name of the model that asks: one server plays all of them. */
const scripts = new Map<string, Exclude<Script, readonly unknown[]>>();
beforeAll(async () => {
  server = await startCompletionsServer((request, turn) => {
    const script = scripts.get(request.model);
    if (script === undefined) throw new Error(`No script for "${request.model}".`);
    return script(request, turn);
  });
  [guard, broken] = await Promise.all([realGuard(), realGuard()]);
  await broken.close();
});
afterAll(() => Promise.all([server.close(), guard.close()]));

function scriptOf(
  { calls }: Step,
  { of }: Answer,
  drifts: "never" | "once" | "always",
): Exclude<Script, readonly unknown[]> {
  return ({ messages }) => {
    const isCorrected = String(messages.at(-1)?.content).startsWith("[persona-guard]");
    const text = drifts === "always" || (drifts === "once" && !isCorrected) ? sarcastic : good;
    if (messages[0]?.content === innerTask) return { content: text };
    const hasActed = messages.some(
      ({ role, content }) => role === "tool" && !String(content).startsWith("Not executed"),
    );
    const toolCalls = calls(text);
    if (toolCalls.length > 0) return hasActed ? of(good) : { toolCalls };
    return of(text);
  };
}

interface Setup {
  readonly step: Step;
  readonly answer: Answer;
  readonly drifts: "never" | "once" | "always";
  readonly policy: DriftPolicy;
  readonly isBroken?: boolean | undefined;
  readonly model?: "initChatModel" | undefined;
  readonly checkpointer?: MemorySaver;
}

async function built({ step, answer, drifts, policy, isBroken, model, checkpointer }: Setup) {
  const name = `model-${scripts.size}`;
  scripts.set(name, scriptOf(step, answer, drifts));
  const sent: string[] = [];
  const events: DriftEvent[] = [];
  const middleware = [
    personaGuardMiddleware({
      guard: isBroken ? broken : guard,
      logger: silent,
      onEvent: (event) => events.push(event),
      notice,
      ...policy,
    }),
  ];
  const llm =
    model === undefined
      ? chatModel(server.url, { model: name })
      : await initChatModel(`openai:${name}`, {
          apiKey: "none",
          maxRetries: 0,
          configuration: { baseURL: server.url },
        });
  const inner = createAgent({ model: llm, tools: [], middleware });
  const agent = createAgent({
    model: llm,
    tools: toolsOf(sent, async () => (await inner.invoke(ask(innerTask))).messages.at(-1)?.text ?? ""),
    middleware,
    ...(checkpointer === undefined ? {} : { checkpointer }),
    ...(answer.format === undefined ? {} : { responseFormat: answer.format }),
  });
  return { agent: agent as unknown as Run["agent"], sent, events }; // the form of its answer is a type of its own
}

function toolsOf(sent: string[], askClerk: () => Promise<string>): StructuredToolInterface[] {
  const send = (text: string) => `sent ${sent.push(text)}`;
  const body = z.object({ body: z.string() });
  return [
    tool((email) => send(email.body), {
      name: "send_email",
      description: "Sends an email.",
      schema: body.extend({ to: z.string() }),
    }),
    tool(({ text }) => send(text), {
      name: "post_note",
      description: "Posts a note.",
      schema: z.object({ text: z.string() }),
    }),
    tool((email) => send(email.body), {
      name: "final_email",
      description: "Sends the last email.",
      schema: body,
      returnDirect: true,
    }),
    // tool() leaves open whether a JSON schema makes a structured tool; it does.
    tool((email: { body: string }) => [send(email.body), { artifact: 1 }], {
      name: "mcp__mail__send",
      description: "Sends an email.",
      schema: { type: "object", properties: { body: { type: "string" } }, required: ["body"] },
      responseFormat: "content_and_artifact",
    }) as unknown as StructuredToolInterface,
    tool(async () => send(await askClerk()), {
      name: "ask_clerk",
      description: "Asks.",
      schema: z.object({}),
    }),
  ];
}

interface FinalState {
  readonly messages: readonly BaseMessage[];
  readonly structuredResponse?: unknown;
}

/** The history is one that providers take, and ends as it must. */
function checkEnd(
  state: FinalState,
  { answer, end }: { readonly answer: Answer; readonly end: "answer" | "notice" | "tool" },
) {
  const made = state.messages.flatMap((one) => (AIMessage.isInstance(one) ? (one.tool_calls ?? []) : []));
  const answered = state.messages.flatMap((one) => (ToolMessage.isInstance(one) ? [one.tool_call_id] : []));
  expect(answered.toSorted()).toEqual(made.map(({ id }) => id).toSorted());
  if (end === "answer" && answer.format !== undefined)
    expect(state.structuredResponse).toEqual({ summary: good });
  else expect(state.structuredResponse).toBeUndefined();
  if (end === "answer" && answer.format === undefined) expect(state.messages.at(-1)?.text).toBe(good);
  if (end === "notice") expect(state.messages.at(-1)?.text).toContain(notice);
  if (end === "tool") expect(ToolMessage.isInstance(state.messages.at(-1))).toBe(true);
}

describe.each(answers)("with a $answer answer", (answer) => {
  test.each(steps.flatMap((step) => outcomes.map((outcome) => ({ ...outcome, name: step.step, step }))))(
    "$name: $outcome, in every way to read the run",
    async ({ step, drifts, policy, isBroken, model, isDelivered, action }) => {
      const kept = isBroken && step.speaker === undefined ? [] : (step.kept ?? []);
      const sent = isDelivered ? step.sent(good) : kept;
      // Where nothing can be scored, the answer after the tool is blocked as well.
      const goesOn = isDelivered || (kept.length > 0 && !isBroken);
      const end = step.endsRun && isDelivered ? "tool" : goesOn ? "answer" : "notice";
      for (const way of ways) {
        const run = await built({ step, answer, drifts, policy, isBroken, model });
        let everything: string;
        if (way === "invoke") {
          const state = await run.agent.invoke(ask("Please write to the hotel."));
          everything = JSON.stringify(state);
          checkEnd(state, { answer, end });
        } else everything = (await received(run, way)).everything;
        expect(everything, way).not.toContain(phrase);
        expect(run.sent, way).toEqual(sent);
        expect(
          run.events.some((event) => event.action === action),
          way,
        ).toBe(true);
      }
    },
  );

  const decisions = [
    { decision: "approve", left: sarcastic },
    { decision: "edit", left: good },
    { decision: "reject", left: undefined },
  ] as const;
  const reviewable = steps.filter(({ calls, speaker }) => calls("").length > 0 && speaker === undefined);
  test.each(reviewable.flatMap((step) => decisions.map((one) => ({ ...one, name: step.step, step }))))(
    "$name: a person is asked and decides to $decision",
    async ({ step, decision, left }) => {
      const run = await built({
        step,
        answer,
        drifts: "always",
        policy: { onDrift: "interrupt" },
        checkpointer: new MemorySaver(),
      });
      const config = { configurable: { thread_id: "t" } };
      const paused = await run.agent.invoke(ask("Please write to the hotel."), config);
      const [asked] = paused.__interrupt__ ?? [];
      const [action] = asked?.value.actionRequests ?? [];
      expect(action?.args).toMatchObject({ body: sarcastic });
      expect(run.sent).toEqual(step.kept ?? []);
      const edited = { name: action?.name, args: { ...action?.args, body: good } };
      const resume = {
        decisions: [decision === "edit" ? { type: decision, editedAction: edited } : { type: decision }],
      };
      const state = await run.agent.invoke(new Command({ resume }), config);
      expect(run.sent).toEqual(left === undefined ? (step.kept ?? []) : step.sent(left));
      expect(run.events.filter((event) => event.action === "interrupt")).toHaveLength(1);
      // Whether a refused tool with returnDirect ends the run differs between versions of LangChain.
      const isTool = step.endsRun && (left !== undefined || ToolMessage.isInstance(state.messages.at(-1)));
      checkEnd(state, { answer, end: isTool ? "tool" : "answer" });
    },
  );
});
