import type { PersonaGuard } from "@persona-guard/core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { PersonaLiveEvent } from "../src/index.js";
import { agentUnderTest, ask, emailCall, good, type Run, realGuard, sarcastic } from "./agent-under-test.js";

let guard: PersonaGuard;
let run: Run | undefined;
beforeAll(async () => {
  guard = await realGuard();
});
afterEach(() => run?.close());
afterAll(() => guard.close());

const done = { content: "The dispute is open and the refund will arrive within 5 working days." };
const completions = [{ toolCalls: [emailCall(sarcastic)] }, { toolCalls: [emailCall(good)] }, done];

test("drift is told live to the custom stream, to streamEvents v2 and to callbacks, without a word of the draft", async () => {
  run = await agentUnderTest({ completions: [...completions, ...completions], guard: { guard } });
  const told: { custom: unknown[]; v2: unknown[]; callback: unknown[] } = {
    custom: [],
    v2: [],
    callback: [],
  };
  const callbacks = [
    { handleCustomEvent: (name: string, event: unknown) => void told.callback.push(event, name) },
  ];
  for await (const event of await run.agent.stream(ask("Please write."), { streamMode: "custom", callbacks }))
    told.custom.push(event);
  for await (const { event, name, data } of run.agent.streamEvents(ask("Please write."), { version: "v2" }))
    if (event === "on_custom_event") told.v2.push(data, name);
  const [first, , , second] = run.events;
  const expected = {
    type: "persona_drift",
    persona: "desk",
    action: "reprompt",
    outcome: "drifted",
    driftedTo: "sarcasm",
    fields: ["send_email.body"],
    attempt: 1,
  } satisfies Partial<PersonaLiveEvent>;
  expect(told).toMatchObject({
    custom: [{ ...expected, id: first?.id }],
    callback: [{ ...expected, id: first?.id }, "persona_drift"],
    v2: [{ ...expected, id: second?.id }, "persona_drift"],
  });
  expect(JSON.stringify(told)).not.toMatch(/innovative|delightful/);
});

test.each([
  { logTexts: "evidence", holds: false },
  { logTexts: "all", holds: true },
] as const)("with logTexts: $logTexts an event holds whole texts: $holds", async ({ logTexts, holds }) => {
  run = await agentUnderTest({ completions, guard: { guard, logTexts } });
  await run.agent.invoke(ask("Please write."));
  expect(run.events.map(({ utterances: [one] }) => one?.text !== undefined)).toEqual([holds, holds, holds]);
});
