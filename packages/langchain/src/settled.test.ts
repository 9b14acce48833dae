import { AIMessage } from "@langchain/core/messages";
import { loadGuard } from "@persona-guard/classifier";
import type { PersonaGuard } from "@persona-guard/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planFor } from "./plan.js";
import { type DriftPolicy, policyOf } from "./policy.js";
import { settled } from "./settled.js";
import { stepOfMessage } from "./step-of-message.js";

let guard: PersonaGuard;
beforeAll(async () => {
  guard = await loadGuard({ persona: { name: "desk", avoids: ["remorse"] }, tier: "lexical" });
});
afterAll(() => guard.close());

const grovelling =
  "I am so, so sorry. I cannot tell you how ashamed I am that I let this happen to you. It was all my fault, please forgive me.";
const plain = "The dispute is open and the refund will arrive within 5 working days.";

async function left(message: AIMessage, options: DriftPolicy): Promise<AIMessage> {
  const policy = policyOf(options);
  const judgement = await guard.judge(stepOfMessage(message, { session: "s", index: 0 }));
  const plan = await planFor(judgement, policy, { attempt: 1 });
  return settled({ message, messages: [message] }, plan, { judgement, policy }).message;
}

/** As Anthropic's models answer: the arguments stand in a block of the content, too. */
const inBlocks = (text: string, body: string) =>
  new AIMessage({
    id: "m",
    content: [
      { type: "thinking", thinking: "Hm.", signature: "s" },
      { type: "text", text },
      { type: "tool_use", id: "c1", name: "send_email", input: { to: "a@b.example", parts: [{ body }] } },
    ],
    tool_calls: [{ id: "c1", name: "send_email", args: { to: "a@b.example", parts: [{ body }] } }],
  });

test("a replaced argument is replaced in the call and in the block of content that repeats it", async () => {
  const message = await left(inBlocks(plain, grovelling), { onDrift: "replace", replacement: "Regards." });
  const args = { to: "a@b.example", parts: [{ body: "Regards." }] };
  expect(message.tool_calls).toMatchObject([{ id: "c1", args }]);
  expect(message.content).toEqual([
    { type: "thinking", thinking: "Hm.", signature: "s" },
    { type: "text", text: plain },
    { type: "tool_use", id: "c1", name: "send_email", input: args },
  ]);
  expect(message.id).toBe("m");
});

test("a replaced reply leaves the calls beside it as they are", async () => {
  const message = await left(inBlocks(grovelling, plain), { onDrift: "replace", replacement: "Regards." });
  expect(message.text).toBe("Regards.");
  expect(message.tool_calls).toMatchObject([{ id: "c1", args: { parts: [{ body: plain }] } }]);
});

test.each([{ onDrift: "block" }, { onDrift: "replace" }] as const)(
  "no copy that a provider keeps, and is sent again, holds the text after $onDrift",
  async (policy) => {
    const raw = {
      id: "c1",
      type: "function" as const,
      function: { name: "send_email", arguments: JSON.stringify({ body: grovelling }) },
    };
    const message = new AIMessage({
      content: "",
      tool_calls: [{ id: "c1", name: "send_email", args: { body: grovelling } }],
      additional_kwargs: { tool_calls: [raw], other: 1 },
      response_metadata: { output: [{ type: "function_call", arguments: grovelling }], model_name: "m" },
    });
    const kept = await left(message, policy);
    expect(JSON.stringify(kept)).not.toContain("ashamed");
    expect(kept.additional_kwargs).toEqual({ other: 1 });
    expect(kept.response_metadata).toEqual({ model_name: "m" });
  },
);

test("a draft in persona stays the very message it is", async () => {
  const message = inBlocks(plain, plain);
  expect(await left(message, { onDrift: "block" })).toBe(message);
});
