import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { DriftEvent } from "@persona-guard/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sampleEvent, temporaryFolder } from "../testing.js";
import { GrowingFiles } from "./growing-files.js";
import { History } from "./history.js";

let history: History;
let folder: string;
beforeAll(async () => {
  history = await History.open();
  folder = await temporaryFolder();
});
afterAll(() => history.close());

/** Appends a file of these lines and tells what became of them. */
async function read(name: string, lines: readonly (string | Uint8Array)[]) {
  const file = join(folder, name);
  await writeFile(file, Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from("\n")])));
  const files = new GrowingFiles([file]);
  const read = { ids: [] as string[], unreadable: 0 };
  for await (const chunk of files.news()) {
    const { rows, unreadable } = await history.append(chunk, { newest: 100 });
    read.ids.push(...rows.map(({ id }) => id));
    read.unreadable += unreadable;
  }
  await files.close();
  return read;
}

const line = (fields: Partial<DriftEvent>) =>
  JSON.stringify({ level: 30, time: 0, ...sampleEvent(fields), msg: "step-judged" });
const withByte = (text: string, byte: number) => {
  const bytes = Buffer.from(text);
  bytes[bytes.indexOf("desk")] = byte;
  return bytes;
};

test.each([
  { fault: "is cut off", bad: line({}).slice(0, 80) },
  { fault: "holds a raw NUL", bad: withByte(line({}), 0) },
  { fault: "is not UTF-8", bad: withByte(line({}), 0xff) },
  { fault: "is no object", bad: "[1, 2]" },
  { fault: "is no JSON", bad: "Starting agent …" },
  { fault: "has a time that is none", bad: JSON.stringify({ ...sampleEvent(), at: "yesterday" }) },
  { fault: "has no id", bad: JSON.stringify({ ...sampleEvent(), id: undefined }) },
  { fault: "is of another version", bad: JSON.stringify(sampleEvent()).replace("event/1", "event/9") },
  { fault: "has an unknown outcome", bad: JSON.stringify({ ...sampleEvent(), outcome: "fine" }) },
  { fault: "nests deeply and is cut off", bad: `{"x":${"[".repeat(50_000)}` },
  { fault: "is long and cut off", bad: `{"id":"b","x":${'{"a":'.repeat(50_000)}` },
])("a line that $fault is counted, and those around it are read", async ({ fault, bad }) => {
  const found = await read(`${fault}.jsonl`, [
    line({ id: `before ${fault}` }),
    bad,
    line({ id: `after ${fault}` }),
  ]);
  expect(found.ids).toEqual([`before ${fault}`, `after ${fault}`]);
  expect(found.unreadable).toBe(1);
});

test("other pino lines in the same file are no fault", async () => {
  const found = await read("mixed.jsonl", [
    '{"level":30,"time":1,"msg":"agent started"}',
    line({ id: "mixed" }),
    "",
  ]);
  expect(found).toEqual({ ids: ["mixed"], unreadable: 0 });
});

test.each([
  { what: "markup", text: "<script>alert(1)</script>" },
  { what: "a direction override", text: "abc\u202edef" },
  { what: "an escaped NUL", text: "nul \u0000 inside" },
  { what: "quotes and SQL", text: "'); DROP TABLE steps; --" },
  { what: "a megabyte", text: "long ".repeat(200_000) },
])("an event with $what is found again as it was written", async ({ what, text }) => {
  const event = sampleEvent({
    id: `${what} ${text.slice(0, 40)}`,
    session: text.slice(0, 200),
    utterances: [{ kind: "chat", field: "text", text, outcome: "in-persona", evidence: [] }],
  });
  const found = await read(`${what}.jsonl`, [JSON.stringify(event)]);
  expect(found.ids).toEqual([event.id]);
  expect(await history.event(event.id)).toEqual(event);
});

test("an event whose file has gone is not known, and neither is one that never was", async () => {
  await read("gone.jsonl", [line({ id: "gone" })]);
  expect((await history.event("gone"))?.id).toBe("gone");
  await rm(join(folder, "gone.jsonl"));
  expect(await history.event("gone")).toBeUndefined();
  expect(await history.event("never")).toBeUndefined();
});
