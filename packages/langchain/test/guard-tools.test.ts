import { AIMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import { Command, MemorySaver, MessagesAnnotation, Send, StateGraph } from "@langchain/langgraph";
import { ToolNode } from "@langchain/langgraph/prebuilt";
import { loadGuard } from "@persona-guard/classifier";
import type { DriftEvent, PersonaGuard } from "@persona-guard/core";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { type GuardOptions, guardTool, guardTools } from "../src/index.js";
import {
  agentUnderTest,
  good,
  grovelling,
  persona,
  realGuard,
  sarcastic,
  silent,
} from "./agent-under-test.js";

let guard: PersonaGuard;
let sent: string[] = [];
let events: DriftEvent[] = [];
beforeAll(async () => {
  guard = await realGuard();
});
beforeEach(() => {
  sent = [];
  events = [];
});
afterAll(() => guard.close());

const sendEmail = tool(({ body }) => `sent ${sent.push(body)}`, {
  name: "send_email",
  description: "Sends an email.",
  schema: z.object({ body: z.string() }),
  returnDirect: true,
});
const call = (id: string, body: string) => ({
  id,
  name: "send_email",
  args: { body },
  type: "tool_call" as const,
});
const turn = (...calls: ReturnType<typeof call>[]) => new AIMessage({ content: "", tool_calls: calls });
// The policy's fields alone; the guard is given here.
const options = (policy: Partial<GuardOptions> = {}) =>
  ({ guard, logger: silent, onEvent: (event: DriftEvent) => events.push(event), ...policy }) as GuardOptions;

describe("a single tool", () => {
  test("stays the tool that it was", () => {
    const guarded = guardTool(sendEmail, options());
    expect(guarded).toBeInstanceOf(sendEmail.constructor);
    expect(guarded).toMatchObject({ name: "send_email", description: "Sends an email.", returnDirect: true });
    expect(guarded.schema).toBe(sendEmail.schema);
  });

  test("runs what is in persona, and answers a drifting call with the reason, without running", async () => {
    const guarded = guardTool(sendEmail, options());
    expect(await guarded.invoke(call("c1", good))).toMatchObject({ content: "sent 1", tool_call_id: "c1" });
    const refused = await guarded.invoke(call("c2", sarcastic));
    expect(refused).toMatchObject({ tool_call_id: "c2", name: "send_email", status: "error" });
    expect(refused.text).toMatch(/send_email\.body reads as sarcastic.*truly innovative business model/);
    expect(sent).toEqual([good]);
    expect(events.map(({ outcome, action }) => `${outcome} ${action}`)).toEqual([
      "in-persona none",
      "drifted block",
    ]);
  });

  test("is guarded in every way to call it", async () => {
    const guarded = guardTool(sendEmail, options({ notice: "Withheld." }));
    expect(await guarded.invoke({ body: sarcastic })).toContain("reads as sarcastic");
    expect(await guarded.batch([{ body: good }, { body: sarcastic }])).toEqual([
      "sent 1",
      expect.stringContaining("reads as sarcastic"),
    ]);
    for await (const output of await guarded.stream({ body: sarcastic }))
      expect(output).toContain("sarcastic");
    expect(sent).toEqual([good]);
  });

  test.each([
    { policy: { onDrift: "log" } as const, left: [sarcastic] },
    {
      policy: { onDrift: "replace", replacement: "We will write soon." } as const,
      left: ["We will write soon."],
    },
    { policy: { onDrift: "interrupt" } as const, left: [] },
    { policy: { toolPolicies: { "send_*": "log" } } as const, left: [sarcastic] },
    { policy: { applyToToolCalls: false } as const, left: [sarcastic] },
    { policy: { mode: "shadow", onDrift: "block" } as const, left: [sarcastic] },
  ])(
    "follows $policy; where nobody can be asked, a call for a person is refused",
    async ({ policy, left }) => {
      await guardTool(sendEmail, options(policy)).invoke(call("c1", sarcastic));
      expect(sent).toEqual(left);
    },
  );

  test.each([
    { onError: "allow", left: [good] },
    { onError: "block", left: [] },
  ] as const)("when the text cannot be scored, onError: $onError decides", async ({ onError, left }) => {
    const broken = await realGuard();
    await broken.close();
    await guardTool(sendEmail, options({ guard: broken, onError })).invoke(call("c1", good));
    expect(sent).toEqual(left);
  });

  test("takes a text in the place of arguments, if the tool's persona rule says that it speaks", async () => {
    const note = tool((text: string) => `posted ${sent.push(text)}`, {
      name: "post",
      description: "Posts.",
      schema: z.string(),
    });
    const voiced = { ...persona, tools: { post: "message" as const } };
    const guarded = guardTool(note, { persona: voiced, classifier: guard.classifier, logger: silent });
    expect(await guarded.invoke(good)).toBe("posted 1");
    expect(await guarded.invoke(sarcastic)).toContain("reads as sarcastic");
    expect(sent).toEqual([good]);
  });

  test("refuses faulty options at once", () => {
    expect(() => guardTool(sendEmail, { guard, onDrift: "stop" } as never)).toThrow(
      expect.objectContaining({ code: "options-invalid", message: expect.stringContaining("onDrift") }),
    );
  });
});

describe.each([
  { how: "guardTools", node: (policy: GuardOptions) => guardTools(new ToolNode([sendEmail]), policy) },
  {
    how: "guardTool in a ToolNode",
    node: (policy: GuardOptions) => new ToolNode([guardTool(sendEmail, policy)]),
  },
])("$how", ({ node }) => {
  const history = [
    new HumanMessage("Write."),
    turn(call("c1", good), call("c2", sarcastic), call("c3", grovelling)),
  ];

  test.each([
    { input: "a list of messages", of: history, messagesIn: (output: unknown) => output },
    {
      input: "a state",
      of: { messages: history },
      messagesIn: (output: unknown) => Reflect.get(Object(output), "messages"),
    },
  ])("runs the calls in persona and refuses the others, given $input", async ({ of, messagesIn }) => {
    const output = await node(options()).invoke(of);
    const answers = (messagesIn(output) as ToolMessage[]).map(
      ({ tool_call_id: id, status }) => `${id} ${status}`,
    );
    expect(answers.toSorted()).toEqual(["c1 success", "c2 error", "c3 error"]);
    expect(sent).toEqual([good]);
  });

  test("takes a single call with the state around it", async () => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("tools", node(options()))
      .addConditionalEdges("__start__", ({ messages }) =>
        [call("c1", good), call("c2", sarcastic)].map(
          (one) => new Send("tools", { messages, lg_tool_call: one }),
        ),
      )
      .compile();
    const { messages } = await graph.invoke({ messages: history.slice(0, 1) });
    const answers = messages.flatMap((one) =>
      ToolMessage.isInstance(one) ? [`${one.tool_call_id} ${one.status}`] : [],
    );
    expect(answers.toSorted()).toEqual(["c1 success", "c2 error"]);
    expect(sent).toEqual([good]);
  });

  test("leaves a tool that does not exist to the node", async () => {
    const unknown = new AIMessage({ content: "", tool_calls: [{ ...call("c1", good), name: "fax" }] });
    const output: unknown = await node(options()).invoke([unknown]);
    expect(output).toMatchObject([
      { tool_call_id: "c1", status: "error", content: expect.stringContaining("not found") },
    ]);
  });

  test.each([
    { decision: { type: "approve" }, left: [sarcastic], status: "success" },
    {
      decision: { type: "edit", editedAction: { name: "send_email", args: { body: grovelling } } },
      left: [grovelling],
      status: "success",
    },
    { decision: { type: "reject", message: "No." }, left: [], status: "error" },
  ])("waits for a person: $decision", async ({ decision, left, status }) => {
    const graph = new StateGraph(MessagesAnnotation)
      .addNode("tools", node(options({ onDrift: "interrupt" })))
      .addEdge("__start__", "tools")
      .compile({ checkpointer: new MemorySaver() });
    const config = { configurable: { thread_id: "t" } };
    const paused = await graph.invoke({ messages: [turn(call("c1", sarcastic))] }, config);
    expect(paused).toMatchObject({
      __interrupt__: [
        {
          value: {
            actionRequests: [{ name: "send_email", description: expect.stringContaining("sarcastic") }],
          },
        },
      ],
    });
    expect(sent).toEqual([]);
    const { messages } = await graph.invoke(new Command({ resume: { decisions: [decision] } }), config);
    expect(sent).toEqual(left);
    expect(messages.at(-1)).toMatchObject({ tool_call_id: "c1", status });
    expect(events.filter(({ action }) => action === "interrupt")).toHaveLength(1);
  });
});

test("with guardTools no call of a turn runs before a person has decided on the others", async () => {
  const graph = new StateGraph(MessagesAnnotation)
    .addNode("tools", guardTools(new ToolNode([sendEmail]), options({ onDrift: "interrupt" })))
    .addEdge("__start__", "tools")
    .compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: "t" } };
  await graph.invoke(
    { messages: [turn(call("c1", good), call("c2", sarcastic), call("c3", grovelling))] },
    config,
  );
  await graph.invoke(new Command({ resume: { decisions: [{ type: "approve" }] } }), config);
  expect(sent).toEqual([]);
  await graph.invoke(new Command({ resume: { decisions: [{ type: "approve" }] } }), config);
  expect(sent).toEqual([good, sarcastic, grovelling]);
});

test.each([
  { by: "the same persona", policy: {}, name: "desk", judged: 0 },
  { by: "a policy that leaves tools out", policy: { applyToToolCalls: false }, name: "desk", judged: 1 },
  { by: "another persona", policy: {}, name: "other", judged: 1 },
])(
  "beside a middleware of $by, the tool judges its calls $judged times",
  async ({ policy, name, judged }) => {
    const own = await loadGuard({ persona: { ...persona, name }, classifier: guard.classifier });
    const sendNote = tool(({ body }) => `sent ${sent.push(body)}`, {
      name: "send_note",
      description: "Sends a note.",
      schema: z.object({ body: z.string() }),
      returnDirect: true,
    });
    const run = await agentUnderTest({
      completions: [{ toolCalls: [{ name: "send_note", args: { body: good } }] }],
      guard: { guard, ...policy },
      tools: () => [guardTool(sendNote, options({ guard: own }))],
    });
    await run.agent.invoke({ messages: [{ role: "user", content: "Write." }] });
    await run.close();
    expect(events).toHaveLength(judged);
    expect(sent).toEqual([good]);
  },
);
