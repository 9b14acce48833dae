import { readdir } from "node:fs/promises";
import { expect, test } from "vitest";
import { findTraces } from "./find-traces.js";
import { traceReaders } from "./formats.js";
import { Intake } from "./intake.js";
import { recordsOf } from "./records.js";
import { randomNumbers } from "./testing.js";
import type { TraceRecord } from "./trace.js";

const testdata = new URL("../testdata/", import.meta.url).pathname;
const files = (await readdir(testdata)).filter((name) => !name.endsWith(".md"));
const odd = [
  null,
  0,
  -1,
  "",
  "x",
  [],
  {},
  [null],
  [{}],
  "{",
  '{"a":1}',
  true,
  { role: "assistant" },
  { kwargs: 1 },
];

/** The value with one in `rarity` of its parts replaced or left out. */
function damaged(value: unknown, random: (below: number) => number, rarity: number): unknown {
  if (random(rarity) === 0) return odd[random(odd.length)];
  if (Array.isArray(value)) return value.map((item) => damaged(item, random, rarity));
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(() => random(rarity) > 0);
  return Object.fromEntries(kept.map(([key, item]) => [key, damaged(item, random, rarity)]));
}

test.each(files)(
  "no reader fails on what is damaged in %s: it reads on and says what it skipped",
  async (file) => {
    const { traces } = await findTraces([`${testdata}${file}`]);
    const records: TraceRecord[] = [];
    for (const trace of traces)
      for await (const item of recordsOf(trace.file)) if (item.found === "record") records.push(item);
    const random = randomNumbers(file.length);
    for (const rarity of [300, 300, 50, 50, 12, 12]) {
      const spoilt = records.map((record) => ({ ...record, value: damaged(record.value, random, rarity) }));
      for (const reader of traceReaders) {
        async function* each() {
          yield* spoilt;
        }
        for await (const item of reader.read(each(), new Intake())) {
          if (item.found === "step") expect(item.step.session).not.toBe("");
          else expect(item.message).toMatch(/skipped|left out/);
        }
      }
    }
  },
);
