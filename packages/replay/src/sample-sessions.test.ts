import { parseStep } from "@persona-guard/core";
import { expect, test } from "vitest";
import { drawSessions } from "./sample-sessions.js";
import type { TracedStep } from "./trace.js";

async function* found(): AsyncGenerator<TracedStep> {
  for (let at = 0; at < 60; at += 1) {
    const step = parseStep({ id: `step-${at}`, session: `s${at % 20}` }, "test");
    yield { found: "step", place: { file: "t.jsonl", line: at + 1 }, step, shareRead: 1 };
  }
}

test("a sample is of whole sessions, the same for the same seed", async () => {
  const { names, sample } = await drawSessions(found(), { count: 5, seed: 1 });
  expect(names.size).toBe(5);
  expect(sample).toEqual({ sessions: 5, of: 20, seed: 1 });
  expect((await drawSessions(found(), { count: 5, seed: 1 })).names).toEqual(names);
  expect((await drawSessions(found(), { count: 5, seed: 2 })).names).not.toEqual(names);
});

test("a larger sample holds the smaller one, and one that is too large is all there is", async () => {
  const small = await drawSessions(found(), { count: 5, seed: 1 });
  const large = await drawSessions(found(), { count: 12, seed: 1 });
  expect([...small.names].every((name) => large.names.has(name))).toBe(true);
  expect((await drawSessions(found(), { count: 100, seed: 1 })).sample).toEqual({
    sessions: 20,
    of: 20,
    seed: 1,
  });
});
