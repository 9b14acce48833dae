import { AIMessage } from "@langchain/core/messages";
import { loadGuard } from "@persona-guard/classifier";
import { definePersona, type PersonaGuard } from "@persona-guard/core";
import type {} from "@persona-guard/testing/jest";
import type {} from "@persona-guard/testing/vitest";
import { expect as jestExpect } from "expect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toBeInPersona } from "../src/index.js";

const persona = definePersona({ name: "desk", avoids: ["sarcasm"] });
const calm = "The dispute is open and the refund of 214.60 euros will arrive within 5 working days.";
const sarcastic =
  "Oh, congratulations on a truly innovative business model: one night, two payments. What a delightful surprise, obviously nobody could have guessed.";

let guard: PersonaGuard;
beforeAll(async () => {
  guard = await loadGuard({ persona, tier: "lexical" });
  expect.extend({ toBeInPersona });
  jestExpect.extend({ toBeInPersona });
});
afterAll(() => guard.close());

const mail = (body: string) =>
  new AIMessage({
    content: "",
    tool_calls: [{ id: "c1", name: "send_email", args: { to: "a@b.example", body } }],
  });

describe.each([
  { runner: "Vitest", expect },
  { runner: "Jest", expect: jestExpect },
])("in $runner", ({ expect: runnerExpect }) => {
  test("a text in persona passes, one that drifted passes after not", async () => {
    await runnerExpect(calm).toBeInPersona(guard, { kind: "email" });
    await runnerExpect(sarcastic).not.toBeInPersona(guard);
  });

  test("a failure names field, trait and sentence", async () => {
    const failure = runnerExpect(mail(sarcastic)).toBeInPersona(guard);
    await expect(failure).rejects.toThrow(
      /expected this to be in persona "desk", and it is not:\n {2}send_email\.body: drifted to sarcasm \(confidence 0\.\d\d\) "Oh, congrat/,
    );
  });
});

test("a message is judged with its tool calls", async () => {
  await expect(mail(calm)).toBeInPersona(guard);
  await expect(expect(mail(calm)).not.toBeInPersona(guard)).rejects.toThrow("expected this not to be");
});

test("a persona by itself is judged with the shipped classifier", async () => {
  await expect(calm).toBeInPersona(persona);
});

test.each([
  { received: "All done.", says: "text: undecided, too-short" },
  { received: "D-20931", says: "nothing in it speaks in the agent's voice" },
  { received: 12, says: "reads a string or an AI message" },
])("what cannot be told fails, also after not: $says", async ({ received, says }) => {
  await expect(expect(received).toBeInPersona(guard)).rejects.toThrow(says);
  await expect(expect(received).not.toBeInPersona(guard)).rejects.toThrow(says);
});
