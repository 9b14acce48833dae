import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "@persona-guard/core";
import { findTraces } from "./find-traces.js";
import { Intake } from "./intake.js";
import { readTraces } from "./read-traces.js";

const testdata = new URL("../testdata/", import.meta.url).pathname;

/** What was read of a trace, in a form that a test can name. */
export interface Read {
  /** "session|index|model|text|tool(names of its arguments)", or the message of a fault. */
  readonly lines: readonly string[];
  /** Path of the text, then those of the calls. */
  readonly fields: readonly string[];
  /** Trace and span that each step was recorded as. */
  readonly origins: readonly string[];
  readonly intake: Intake;
}

/** A file of the testdata. */
export function readFixture(name: string): Promise<Read> {
  return readAt(join(testdata, name), testdata);
}

/** Rows of a temporary JSONL file. */
export function readRows(rows: readonly object[]): Promise<readonly string[]> {
  return readText("t.jsonl", rows.map((row) => JSON.stringify(row)).join("\n"));
}

/** A temporary file with this name and content. */
export async function readText(name: string, content: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "persona-guard-readers-"));
  await writeFile(join(folder, name), content);
  return (await readAt(join(folder, name), `${folder}/`)).lines;
}

async function readAt(path: string, folder: string): Promise<Read> {
  const { traces } = await findTraces([path]);
  const lines: string[] = [];
  const fields: string[] = [];
  const origins: string[] = [];
  const intake = new Intake();
  for await (const item of readTraces(traces, intake)) {
    if (item.found === "fault") {
      lines.push(item.message.replaceAll(folder, ""));
      continue;
    }
    const { session, index, model = "-", text, toolCalls } = item.step;
    const calls = toolCalls.map(({ name, args }) => `${name}(${Object.keys(args)})`);
    lines.push([session.replace(folder, ""), index, model, text, ...calls].join("|"));
    const { text: said = "", toolCalls: called = [] } = item.fields ?? {};
    fields.push([said, ...called].filter((field) => field !== "").join(", "));
    origins.push(`${item.origin?.trace}/${item.origin?.span}`);
  }
  return { lines, fields, origins, intake };
}

/** The turns of the agent that several tracers recorded for the testdata. */
export function recordedAgent(session: string, model = "gpt-4o-mini"): readonly string[] {
  return [
    `${session}|0|${model}|Your parcel 4410 left our warehouse on Monday and is due on Thursday. Shall I send you that by email?`,
    `${session}|1|${model}|I will send it to you now.|send_email(to,subject,body)`,
    `${session}|2|${model}|The email is on its way to dana@example.com, with the tracking number of your parcel in it.`,
  ];
}

/** Whole numbers below a bound, always the same ones for a seed. */
export function randomNumbers(seed: number): (below: number) => number {
  const random = seededRandom(seed);
  return (below) => Math.floor(random() * below);
}
