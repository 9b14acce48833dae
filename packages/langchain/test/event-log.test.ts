import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { PersonaGuard, parseDriftEvent } from "@persona-guard/core";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { agentUnderTest, ask, emailCall, good, realGuard, sarcastic } from "./agent-under-test.js";

let guard: PersonaGuard;
const folder = mkdtempSync(join(tmpdir(), "persona-guard-"));
beforeAll(async () => {
  guard = await realGuard();
});
afterAll(async () => {
  await guard.close();
  rmSync(folder, { recursive: true });
});

const secret = "sk-live_0123456789abcdef";
const completions = [
  {
    toolCalls: [
      emailCall(
        `The key stays in Reykjavik. ${sarcastic} The key is ${secret}, how terribly clever of everyone.`,
      ),
    ],
  },
  { toolCalls: [emailCall(good)] },
  { content: "The refund will arrive within 5 working days." },
];

test("a logger that is given gets one line per draft, drift as a warning", async () => {
  const lines: string[] = [];
  const logger = pino(
    new Writable({
      write: (line, _encoding, done) => {
        lines.push(String(line));
        done();
      },
    }),
  );
  const run = await agentUnderTest({ completions, guard: { guard, logger, onLostFacts: "log" } });
  await run.agent.invoke(ask("Please write."));
  await run.close();
  expect(
    lines.map((line) => JSON.parse(line)).map(({ level, event, msg }) => ({ level, event, msg })),
  ).toEqual([
    { level: 40, event: "drift-detected", msg: "drift-detected" },
    { level: 30, event: "step-judged", msg: "step-judged" },
    { level: 30, event: "step-judged", msg: "step-judged" },
  ]);
});

test("a log file is made, its lines fit the event's schema, and hold of the text only masked evidence", async () => {
  const logFile = join(folder, "deep", "events.jsonl");
  const run = await agentUnderTest({ completions, guard: { guard, logFile, onLostFacts: "log" } });
  await run.agent.invoke(ask("Please write."));
  await run.close();
  const log = readFileSync(logFile, "utf8");
  const events = log
    .trim()
    .split("\n")
    .map((line) => parseDriftEvent(JSON.parse(line)));
  expect(events.map(({ event }) => event)).toEqual(["drift-detected", "step-judged", "step-judged"]);
  expect(log).not.toContain(secret);
  expect(log).not.toContain("Reykjavik");
  expect(log).not.toContain("working days");
});

test("a listener that throws does not stop the agent", async () => {
  const run = await agentUnderTest({
    completions,
    guard: {
      guard,
      logger: pino({ level: "silent" }),
      onLostFacts: "log",
      onEvent: () => {
        throw new Error("listener");
      },
    },
  });
  await run.agent.invoke(ask("Please write."));
  await run.close();
  expect(run.sent).toEqual([good]);
});

test("what the user should know of a guard is told once, as a warning of the process", async () => {
  const told: Error[] = [];
  const listen = (warning: Error) => told.push(warning);
  process.on("warning", listen);
  const unsure = new PersonaGuard({
    persona: guard.persona,
    classifier: guard.classifier,
    threshold: 0.5,
    warnings: ["No rate is promised."],
  });
  const run = await agentUnderTest({
    completions,
    guard: { guard: unsure, logger: pino({ level: "silent" }) },
  });
  await run.agent.invoke(ask("Please write."));
  await run.close();
  process.off("warning", listen);
  expect(told.map(({ message }) => message).filter((message) => message.includes("promised"))).toEqual([
    "No rate is promised.",
  ]);
});
