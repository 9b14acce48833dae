import { appendFileSync } from "node:fs";
import { appendFile, mkdir, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openEventLog } from "./event-log.js";
import { type FollowOptions, followEvents } from "./follow-events.js";
import { sampleEvent, temporaryFolder } from "./testing.js";

/** The ids that come, one at a time. */
function following(paths: readonly string[], options: Omit<FollowOptions, "signal"> = {}) {
  const abort = new AbortController();
  const lines = followEvents(paths, { pollMs: 5, signal: abort.signal, ...options });
  const next = async () => {
    const { value } = await lines.next();
    return value?.found === "event" ? value.event.id : value?.found;
  };
  return { next, stop: () => abort.abort() };
}

const line = (id: string) => `${JSON.stringify(sampleEvent({ id }))}\n`;

test("events are followed across files that roll, in a folder that is not there yet", async () => {
  const folder = join(await temporaryFolder(), "events");
  const { next, stop } = following([folder], { from: "start" });
  const first = next();
  const log = openEventLog({ folder, maxBytes: 1 });
  log.listener(sampleEvent({ id: "1", at: "2026-03-02T10:00:01.000Z" }));
  expect(await first).toBe("1");
  for (const id of ["2", "3", "4"]) log.listener(sampleEvent({ id, at: `2026-03-02T10:00:0${id}.000Z` }));
  expect([await next(), await next(), await next()]).toEqual(["2", "3", "4"]);
  await log.close();
  stop();
  expect(await next()).toBeUndefined();
});

test.each<{ from: NonNullable<FollowOptions["from"]>; seen: string[] }>([
  { from: "start", seen: ["1", "2", "3", "new"] },
  { from: { lastBytes: line("2").length + line("3").length }, seen: ["2", "3", "new"] },
  { from: { lastBytes: line("3").length + 5 }, seen: ["3", "new"] },
  { from: "end", seen: ["new"] },
])("following from $from shows $seen", async ({ from, seen }) => {
  const file = join(await temporaryFolder(), "events.jsonl");
  await writeFile(file, line("1") + line("2") + line("3"));
  const { next, stop } = following([file], { from });
  // Again and again, because nothing tells when the first look at the file was.
  const appending = setInterval(() => appendFileSync(file, line("new")), 10);
  const ids = [await next()];
  while (ids.at(-1) !== "new") ids.push(await next());
  clearInterval(appending);
  stop();
  expect(ids).toEqual(seen);
});

test("a line is shown when it is whole, and a file that shrinks or is replaced is read anew", async () => {
  const file = join(await temporaryFolder(), "events.jsonl");
  await writeFile(file, line("1") + line("whole").slice(0, 30));
  const { next, stop } = following([file], { from: "start" });
  expect(await next()).toBe("1");
  const whole = next();
  await appendFile(file, line("whole").slice(30));
  expect(await whole).toBe("whole");
  await truncate(file, 0);
  const shrunk = next();
  await appendFile(file, line("shrunk"));
  expect(await shrunk).toBe("shrunk");
  await writeFile(`${file}.next`, line("replaced"));
  await rename(`${file}.next`, file);
  expect(await next()).toBe("replaced");
  stop();
});

test("what cannot be read is told once, and the rest is followed", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "a-folder.jsonl"));
  await writeFile(join(folder, "events.jsonl"), line("1"));
  const { next, stop } = following([folder], { from: "start" });
  expect([await next(), await next()]).toEqual(["unreadable", "1"]);
  const second = next();
  await appendFile(join(folder, "events.jsonl"), line("2"));
  expect(await second).toBe("2");
  stop();
});
