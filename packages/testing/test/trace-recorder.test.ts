import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemorySaver } from "@langchain/langgraph";
import { loadClassifier, loadGuard } from "@persona-guard/classifier";
import {
  type Classifier,
  type DriftEvent,
  definePersona,
  type Judgement,
  utteranceRecordOf,
} from "@persona-guard/core";
import { personaGuardMiddleware } from "@persona-guard/langchain";
import { findTraces, readTraces, replay } from "@persona-guard/replay";
import { createAgent, tool } from "langchain";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { type Completion, startCompletionsServer, TraceRecorder } from "../src/index.js";
import { scriptedModel } from "./scripted-model.js";

const persona = definePersona({ name: "desk", avoids: ["sarcasm", "remorse"] });
const calm =
  "Dear Ms Duarte, we have opened dispute D-20931 for the second charge of 214.60 euros. It will be credited to your account within 5 working days.";
const sarcastic =
  "Oh, congratulations on a truly innovative business model: one night, two payments. What a delightful surprise, obviously nobody could have guessed that a till might work. Do take your time with the 214.60 euros.";
const mail = (body: string): Completion => ({
  toolCalls: [{ name: "send_email", args: { to: "a@b.example", body } }],
});

const folder = mkdtempSync(join(tmpdir(), "persona-guard-"));
let classifier: Classifier;
beforeAll(async () => {
  classifier = await loadClassifier({ tier: "lexical" });
});
afterAll(async () => {
  await classifier.close();
  rmSync(folder, { recursive: true });
});

/** Two turns of the user on one thread; in the first the email drifts once, in the second the reply does. */
async function liveRun(recorder: TraceRecorder): Promise<readonly DriftEvent[]> {
  const server = await startCompletionsServer([
    mail(sarcastic),
    mail(calm),
    { content: calm },
    { content: sarcastic },
    { content: calm },
  ]);
  const events: DriftEvent[] = [];
  const agent = createAgent({
    model: scriptedModel(server),
    tools: [
      tool(() => "sent", {
        name: "send_email",
        description: "Sends an email.",
        schema: z.object({ to: z.string(), body: z.string() }),
      }),
    ],
    middleware: [
      personaGuardMiddleware({
        guard: await loadGuard({ persona, classifier }),
        logger: pino({ level: "silent" }),
        onEvent: (event) => events.push(event),
      }),
    ],
    checkpointer: new MemorySaver(),
  });
  const config = { callbacks: [recorder], configurable: { thread_id: "monday" } };
  for (const content of ["Please write to the customer.", "And what do we tell her now?"])
    await agent.invoke({ messages: [{ role: "user", content }] }, config);
  await server.close();
  return events;
}

async function replayed(file: string): Promise<readonly Judgement[]> {
  const { traces } = await findTraces([file]);
  const judgements: Judgement[] = [];
  const steps = (async function* () {
    for await (const item of readTraces(traces)) {
      if (item.found === "fault") throw new Error(item.message);
      yield item;
    }
  })();
  for await (const { judgement } of replay(steps, { guard: await loadGuard({ persona, classifier }) }))
    judgements.push(judgement);
  return judgements;
}

test("a live run, recorded and replayed, gets the verdicts, numbers and session state that the guard gave live", async () => {
  const recorder = new TraceRecorder();
  const events = await liveRun(recorder);
  const file = join(folder, "monday.jsonl");
  await recorder.write(file);
  const live = events
    .filter(({ attempt }) => attempt === 1)
    .map(({ session, step, index, outcome, confidence, utterances, sessionEValue, sessionAlarm }) => ({
      session,
      step,
      index,
      outcome,
      confidence,
      utterances,
      eValue: sessionEValue,
      alarm: sessionAlarm,
    }));
  const offline = (await replayed(file)).map(({ step, outcome, confidence, utterances, session }) => ({
    session: step.session,
    step: step.id,
    index: step.index,
    outcome,
    confidence,
    utterances: utterances.map((one) => utteranceRecordOf(one)),
    eValue: session.eValue,
    alarm: session.alarm,
  }));
  expect(offline).toEqual(live);
  expect(offline.map(({ outcome }) => outcome)).toEqual(["drifted", "in-persona", "drifted"]);
});

test("asked for the last drafts, the trace holds what was delivered", async () => {
  const recorder = new TraceRecorder();
  await liveRun(recorder);
  const file = join(folder, "delivered.jsonl");
  await recorder.write(file, { drafts: "last" });
  expect(readFileSync(file, "utf8")).not.toContain("congratulations");
  expect((await replayed(file)).map(({ outcome }) => outcome)).toEqual([
    "in-persona",
    "in-persona",
    "in-persona",
  ]);
});
