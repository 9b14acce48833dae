import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readEvents } from "./read-events.js";
import { allOf, childRunning, sampleEvent, temporaryFolder } from "./testing.js";

const lineAt = (minute: number, id: string) =>
  `${JSON.stringify(sampleEvent({ id, at: `2026-03-02T10:${String(minute).padStart(2, "0")}:00.000Z` }))}\n`;

test("events of several files come in the order of their time, those of one moment in the order of the files", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "b.jsonl"), lineAt(1, "b1") + lineAt(4, "b4") + lineAt(5, "b5"));
  await writeFile(join(folder, "a.jsonl"), lineAt(2, "a2") + lineAt(4, "a4"));
  await writeFile(join(folder, "c.jsonl"), lineAt(4, "c4"));
  await writeFile(join(folder, "empty.jsonl"), "");
  await writeFile(join(folder, "notes.txt"), "not a log");
  await mkdir(join(folder, "deeper"));
  const { events, faults } = await allOf(readEvents([folder, join(folder, "a.jsonl")]));
  expect(events.map(({ id }) => id)).toEqual(["b1", "a2", "b4", "a4", "c4", "b5"]);
  expect(faults).toEqual([]);
});

test("what cannot be read is named by its place, without its text, and the rest is read", async () => {
  const file = join(await temporaryFolder(), "events.jsonl");
  const secret = "hunter22";
  const later = JSON.stringify({ ...sampleEvent(), schema: "persona-guard/drift-event/2" });
  const rows = [
    lineAt(1, "first").trim(),
    `{"schema":"persona-guard/drift-event/1","text":"${secret}`,
    "\r",
    `{"level":30,"msg":"the application's own line"}`,
    later,
    JSON.stringify({ schema: "persona-guard/drift-event/1", id: "half" }),
    `"${secret}"`,
    lineAt(2, "last").trim(),
    `{"schema":`,
  ];
  await writeFile(file, `\uFEFF${rows.join("\n")}`);
  await writeFile(file.replace("events", "bytes"), Buffer.from([0xc3, 0x28, 0x0a]));
  const { events, faults, others } = await allOf(readEvents([file, file.replace("events", "bytes")]));
  expect(events.map(({ id }) => id)).toEqual(["first", "last"]);
  expect(others).toBe(1);
  expect(faults.join("\n")).not.toContain(secret);
  expect(faults.map((fault) => fault.replace(/^.*\/(?=bytes|events)/, ""))).toEqual([
    "bytes.jsonl:1 is not UTF-8 text (2 bytes). Line skipped, the rest was read.",
    "events.jsonl:2 is not valid JSON (56 characters). Line skipped, the rest was read.",
    'events.jsonl:5 is not a drift event as this version knows it: schema: Invalid input: expected "persona-guard/drift-event/1". Line skipped, the rest was read.',
    expect.stringMatching(
      /^events.jsonl:6 is not a drift event as this version knows it: event: .*, and 13 more faults/,
    ),
    "events.jsonl:7 is not a JSON object. Line skipped, the rest was read.",
    "events.jsonl:9 is not valid JSON (10 characters); it was cut off: its process was killed or is still writing. Line skipped, the rest was read.",
  ]);
});

test("far more files than may be open at once are read in order", async () => {
  const folder = await temporaryFolder();
  const minutes = Array.from({ length: 300 }, (_, minute) => minute);
  for (const minute of minutes) {
    const at = new Date(Date.UTC(2026, 2, 2, 0, minute)).toISOString();
    const line = JSON.stringify(sampleEvent({ id: `${minute}`, at }));
    await writeFile(join(folder, `${999 - minute}.jsonl`), line); // named against the order of their time
  }
  const child = childRunning(
    `const ids = [];
     for await (const line of monitor.readEvents([${JSON.stringify(folder)}])) ids.push(line.event?.id ?? line.message);
     console.log(ids.join(" "));`,
    { shell: "ulimit -n 200;" },
  );
  let ids = "";
  for await (const text of child.stdout.setEncoding("utf8")) ids += text;
  expect(ids.trim()).toBe(minutes.join(" "));
});

test("a path that is not there is an error", async () => {
  await expect(allOf(readEvents(["/nowhere/events"]))).rejects.toThrow(/\/nowhere\/events cannot be read/);
});
