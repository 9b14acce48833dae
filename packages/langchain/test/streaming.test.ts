import type { LLMResult } from "@langchain/core/outputs";
import { RunnableBinding } from "@langchain/core/runnables";
import { MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import { loadClassifier } from "@persona-guard/classifier";
import type { PersonaGuard } from "@persona-guard/core";
import { initChatModel, providerStrategy, toolStrategy } from "langchain";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { personaGuardMiddleware } from "../src/index.js";
import {
  agentUnderTest,
  ask,
  chatModel,
  emailCall,
  good,
  grovelling,
  type Run,
  realGuard,
  sarcastic,
  silent,
} from "./agent-under-test.js";
import { received, streams } from "./received.js";
import { ScriptedModel } from "./scripted-model.js";

let guard: PersonaGuard;
let run: Run | undefined;
beforeAll(async () => {
  guard = await realGuard();
});
afterEach(() => run?.close());
afterAll(() => guard.close());

const answer = "The dispute is open and the refund will arrive within 5 working days.";
const completions = [
  { toolCalls: [emailCall(sarcastic)] },
  { toolCalls: [emailCall(good)] },
  { content: grovelling },
  { content: answer },
];
const accepted = [JSON.stringify(emailCall(good).args), answer];
/** Words of the rejected drafts alone; "model" is a word of every chunk's metadata. */
const telling = words(`${sarcastic} ${grovelling}`).filter(
  (word) => !words(`${good} ${answer} Please write to the hotel, model`).includes(word),
);

const schema = z.object({ summary: z.string() });

const own = () => new ScriptedModel(completions);
const modelsAndStreams = [
  ...streams.map((stream) => ({ name: "ChatOpenAI", model: chatModel, stream })),
  ...streams.map((stream) => ({ name: "a chat model of one's own", model: own, stream })),
];
const showing = ["messages", "streamEvents v2", "streamEvents v3"] as const;
const otherModels = [
  {
    name: "ChatOpenAI that never streams",
    model: (url: string) => chatModel(url, { disableStreaming: true }),
  },
  { name: "ChatOpenAI with a config", model: (url: string) => chatModel(url).withConfig({ tags: ["mine"] }) },
  { name: "a binding", model: () => new RunnableBinding({ bound: own(), kwargs: {}, config: {} }) },
  {
    name: "initChatModel",
    model: (url: string) =>
      initChatModel("openai:recorded", { apiKey: "none", maxRetries: 0, configuration: { baseURL: url } }),
  },
].flatMap((one) => showing.map((stream) => ({ ...one, stream })));

describe("while drafts are judged", () => {
  test.each([...modelsAndStreams, ...otherModels])(
    "no word of a rejected one reaches $stream from $name, and the accepted ones come once and whole",
    async ({ model, stream }) => {
      run = await agentUnderTest({ completions, guard: { guard }, model });
      const { everything, shown } = await received(run, stream);
      expect(run.events.map(({ action }) => action)).toEqual(["reprompt", "none", "reprompt", "none"]);
      expect(telling.filter((word) => everything.includes(word))).toEqual([]);
      expect([...shown.values()]).toEqual(stream === "custom" ? [] : accepted);
    },
  );

  test.each(showing)(
    "nor does one reach %s where nothing better came and the draft was withheld",
    async (stream) => {
      const refused = [{ content: grovelling }, { content: grovelling }];
      run = await agentUnderTest({
        completions: refused,
        guard: { guard, maxReprompts: 1, notice: "Withheld." },
      });
      const { everything, shown } = await received(run, stream);
      expect(telling.filter((word) => everything.includes(word))).toEqual([]);
      expect([...shown.values()]).toEqual(["Withheld."]);
    },
  );

  test.each(showing)(
    "nor does one reach %s from an agent that writes its name into its messages",
    async (stream) => {
      run = await agentUnderTest({ completions, guard: { guard }, includeAgentName: "inline" });
      const { everything } = await received(run, stream);
      expect(telling.filter((word) => everything.includes(word))).toEqual([]);
    },
  );

  describe.each([
    { strategy: "tool", responseFormat: toolStrategy(schema) },
    { strategy: "provider", responseFormat: providerStrategy(schema) },
  ] as const)("nor does a structured answer by $strategy strategy", ({ strategy, responseFormat }) => {
    test.each(showing)("reach %s", async (stream) => {
      const name = strategy === "tool" ? (toolNameOf(responseFormat) ?? "") : "";
      const structured = (summary: string) =>
        strategy === "tool"
          ? { toolCalls: [{ name, args: { summary } }] }
          : { content: JSON.stringify({ summary }) };
      run = await agentUnderTest({
        completions: [structured(sarcastic), structured(good)],
        guard: { guard },
        responseFormat,
      });
      const { everything, shown } = await received(run, stream);
      expect(telling.filter((word) => everything.includes(word))).toEqual([]);
      expect([...shown.values()].filter((text) => text.includes("D-20931")).length).toBeGreaterThan(0);
    });
  });

  test.each(showing)(
    "nor does one reach %s that an inner guard accepted and an outer one did not",
    async (stream) => {
      const classifier = await loadClassifier({ tier: "lexical" });
      const permissive = { name: "inner", allows: ["neutral", "sarcasm", "remorse"] };
      const inner = personaGuardMiddleware({ persona: permissive, classifier, logger: silent });
      run = await agentUnderTest({ completions, guard: { guard }, after: [inner] });
      const { everything, shown } = await received(run, stream);
      await classifier.close();
      expect(telling.filter((word) => everything.includes(word))).toEqual([]);
      expect([...shown.values()]).toEqual(accepted);
    },
  );

  test.each(["messages", "streamEvents v2", "streamEvents v3"] as const)(
    "nor does one reach %s of a graph in which the agent is a node",
    async (stream) => {
      run = await agentUnderTest({ completions, guard: { guard } });
      const graph = new StateGraph(MessagesAnnotation)
        .addNode("desk", run.agent.graph)
        .addEdge("__start__", "desk")
        .compile();
      // It streams as an agent does; only its type knows less of its state.
      const { everything, shown } = await received({ agent: graph as unknown as Run["agent"] }, stream, {
        subgraphs: true,
      });
      expect(telling.filter((word) => everything.includes(word))).toEqual([]);
      // In v3 they stand in the stream of the subgraph.
      if (stream !== "streamEvents v3") expect([...shown.values()]).toEqual(accepted);
      expect(everything).toContain(answer);
    },
  );

  test("the user's own callbacks see every draft, as tracing does", async () => {
    run = await agentUnderTest({ completions, guard: { guard } });
    const seen: string[] = [];
    const callbacks = [
      { handleLLMEnd: ({ generations }: LLMResult) => void seen.push(generations[0]?.[0]?.text ?? "") },
    ];
    for await (const _ of await run.agent.stream(ask("Please write."), {
      streamMode: "messages",
      callbacks,
    }));
    expect(seen).toEqual(["", "", grovelling, answer]);
  });
});

describe('with streaming: "passthrough"', () => {
  test.each(["all modes", "streamEvents v2", "streamEvents v3"] as const)(
    "a rejected draft reaches %s at once, and its id is taken back",
    async (stream) => {
      run = await agentUnderTest({ completions, guard: { guard, streaming: "passthrough" } });
      const { everything, shown, retracted } = await received(run, stream);
      expect(telling.filter((word) => everything.includes(word)).length).toBeGreaterThan(10);
      const left = [...shown].filter(([id, text]) => text !== "" && !retracted.includes(id));
      expect(left.map(([, text]) => text)).toEqual(accepted);
    },
  );
});

function toolNameOf(format: ReturnType<typeof toolStrategy> | ReturnType<typeof providerStrategy>) {
  return Array.isArray(format) ? format[0]?.name : undefined;
}

function words(text: string): readonly string[] {
  return [...new Set(text.match(/\p{L}{5,}/gu))];
}
