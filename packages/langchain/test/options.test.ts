import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadClassifier } from "@persona-guard/classifier";
import { type Classifier, type PersonaGuard, personaGuardErrorIn } from "@persona-guard/core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { personaGuardMiddleware } from "../src/index.js";
import { agentUnderTest, ask, persona, type Run, realGuard, sarcastic, silent } from "./agent-under-test.js";

let guard: PersonaGuard;
let classifier: Classifier;
let run: Run | undefined;
const folder = mkdtempSync(join(tmpdir(), "persona-guard-"));
beforeAll(async () => {
  guard = await realGuard();
  classifier = await loadClassifier({ tier: "lexical" });
});
afterEach(() => run?.close());
afterAll(async () => {
  await guard.close();
  await classifier.close();
  rmSync(folder, { recursive: true });
});

test("faults are told all together, each with its place and what is allowed", () => {
  const faulty = {
    persona,
    onDrift: "reprompted",
    maxReprompts: 11,
    onExhaust: "log",
    toolPolicies: { send_email: "blok", post_note: { onEdit: "interrupt" } },
    streaming: "none",
  };
  // Written in JavaScript.
  expect(() => personaGuardMiddleware(faulty as never)).toThrowErrorMatchingInlineSnapshot(`
    [PersonaGuardError: Invalid persona guard options:
    ✖ Unrecognized key: "onExhaust"
    ✖ must be one of log, reprompt, block, replace, interrupt, or a function that returns one
      → at onDrift
    ✖ Too big: expected number to be <=10
      → at maxReprompts
    ✖ Invalid option: expected one of "buffer"|"passthrough"
      → at streaming
    ✖ must be one of log, reprompt, block, replace, interrupt, or a function that returns one
      → at toolPolicies.send_email
    ✖ Invalid option: expected one of "log"|"block"
      → at toolPolicies.post_note.onEdit]
  `);
});

describe("many personas behind one agent", () => {
  const calm = { name: "calm", avoids: ["sarcasm"] };
  const witty = { name: "witty", allows: ["neutral", "sarcasm"] };

  test("each run is judged by the persona that its context names, with one classifier", async () => {
    const file = join(folder, "calm.json");
    writeFileSync(file, JSON.stringify(calm));
    run = await agentUnderTest({
      completions: [{ content: sarcastic }, { content: sarcastic }, { content: sarcastic }],
      guard: {
        persona: (context) => (Reflect.get(Object(context), "tenant") === "club" ? witty : file),
        classifier,
        onDrift: "log",
      },
    });
    for (const tenant of ["club", "bank", "club"])
      await run.agent.invoke(ask("What now?"), { context: { tenant } as never });
    expect(run.events.map(({ persona: { name }, outcome }) => ({ name, outcome }))).toEqual([
      { name: "witty", outcome: "in-persona" },
      { name: "calm", outcome: "drifted" },
      { name: "witty", outcome: "in-persona" },
    ]);
  });

  test("a persona that cannot be read stops its own runs alone, and is asked for again", async () => {
    const file = join(folder, "late.json");
    run = await agentUnderTest({
      completions: [{ content: sarcastic }],
      guard: { persona: () => file, classifier, onDrift: "log" },
    });
    const error = await run.agent.invoke(ask("What now?")).catch((thrown: unknown) => thrown);
    expect(personaGuardErrorIn(error)).toMatchObject({ code: "persona-unreadable" });
    writeFileSync(file, JSON.stringify(calm));
    await run.agent.invoke(ask("What now?"));
    expect(run.events).toMatchObject([{ outcome: "drifted" }]);
  });
});

describe("a run's own settings", () => {
  test.each([
    { personaGuard: { mode: "shadow" }, actions: ["block"], shown: sarcastic },
    { personaGuard: { onDrift: "log" }, actions: ["log"], shown: sarcastic },
    { personaGuard: {}, actions: ["block"], shown: "Withheld." },
    { other: 1, actions: ["block"], shown: "Withheld." },
  ])("context $personaGuard", async ({ actions, shown, ...context }) => {
    run = await agentUnderTest({
      completions: [{ content: sarcastic }],
      guard: { guard, onDrift: "block", notice: "Withheld." },
    });
    const { messages } = await run.agent.invoke(ask("What now?"), { context: context as never });
    expect(messages.at(-1)?.text).toBe(shown);
    expect(run.events.map(({ action }) => action)).toEqual(actions);
  });

  test("are checked as the options are", async () => {
    run = await agentUnderTest({ completions: [{ content: sarcastic }], guard: { guard } });
    const context = { personaGuard: { mode: "off" } };
    const error = await run.agent
      .invoke(ask("What now?"), { context: context as never })
      .catch((thrown: unknown) => thrown);
    expect(personaGuardErrorIn(error)).toMatchObject({
      code: "options-invalid",
      message: expect.stringContaining("context.personaGuard"),
    });
  });
});

test("guards of one persona live in one agent under names of their own", async () => {
  const second = personaGuardMiddleware({ guard, name: "Second", onDrift: "log", logger: silent });
  run = await agentUnderTest({
    completions: [{ content: sarcastic }],
    guard: { guard, onDrift: "log" },
    after: [second],
  });
  await run.agent.invoke(ask("What now?"));
  expect(run.events).toHaveLength(1);
});
