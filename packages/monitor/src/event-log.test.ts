import { once } from "node:events";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openEventLog } from "./event-log.js";
import { readEvents } from "./read-events.js";
import { allOf, childRunning, sampleEvent, temporaryFolder } from "./testing.js";

const day = 86_400_000;

test("an event is in a file when the listener returns, as one pino line", async () => {
  const folder = await temporaryFolder();
  const log = openEventLog({ folder, now: () => Date.UTC(2026, 2, 2, 9, 30) });
  const event = sampleEvent({ outcome: "drifted" });
  log.listener(event);
  const [name, ...others] = await readdir(folder);
  expect({ name, others }).toEqual({
    name: expect.stringMatching(/^events-20260302T093000000Z-\d+-[0-9a-f]{8}-000001\.jsonl$/),
    others: [],
  });
  const content = await readFile(join(folder, name ?? ""), "utf8");
  expect(JSON.parse(content)).toMatchObject({
    level: 40,
    name: "persona-guard",
    msg: "drift-detected",
    ...event,
  });
  expect(content.endsWith("}\n")).toBe(true);
  await log.close();
});

test("several processes log into one folder while files roll, one is killed: no acknowledged event is lost or torn", async () => {
  const folder = await temporaryFolder();
  const writing = (name: string) => `
    const log = monitor.openEventLog({ folder: ${JSON.stringify(folder)}, maxBytes: 5_000 });
    for (let index = 0; index < ${name === "killed" ? 1e9 : 600}; index += 1) {
      log.listener(sampleEvent({ id: "${name}-" + index, at: new Date().toISOString() }));
      writeSync(1, "${name}-" + index + "\\n");
    }`;
  const acknowledged = await Promise.all(
    ["a", "b", "killed"].map(async (name) => {
      const child = childRunning(writing(name));
      let ids = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        ids += text;
        if (name === "killed" && ids.length > 1_000) child.kill("SIGKILL");
      });
      await once(child, "close");
      return ids.split("\n").slice(0, -1);
    }),
  );
  expect(acknowledged[0]).toHaveLength(600);
  const { events, faults } = await allOf(readEvents([folder]));
  expect(faults).toEqual([]);
  const ids = events.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(acknowledged.flat().filter((id) => !new Set(ids).has(id))).toEqual([]);
  // One event may be written and not acknowledged: that of the killed process.
  expect(ids.length - acknowledged.flat().length).toBeLessThanOrEqual(1);
  expect((await readdir(folder)).length).toBeGreaterThan(20);
  expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).sort());
});

test("a disk that refuses to write costs no event, and the reader says where a line was cut", async () => {
  const folder = await temporaryFolder();
  // No file may grow past 8 blocks of 512 bytes: the write that would is cut there, the next one fails.
  const child = childRunning(
    `const faults = [];
     const log = monitor.openEventLog({ folder: ${JSON.stringify(folder)}, onFault: (fault) => faults.push(fault.code) });
     for (let index = 0; index < 60; index += 1) log.listener(sampleEvent({ id: "event-" + index }));
     await log.close();
     console.log(JSON.stringify({ faults, lost: log.lost() }));`,
    { shell: "ulimit -f 8;" },
  );
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  await once(child, "close");
  const { events, faults } = await allOf(readEvents([folder]));
  expect(events.map(({ id }) => id)).toEqual(Array.from({ length: 60 }, (_, index) => `event-${index}`));
  expect(faults.length).toBeGreaterThan(0);
  expect(faults[0]).toMatch(/:\d+ is not valid JSON \(\d+ characters\); it was cut off/);
  expect(JSON.parse(said)).toEqual({ faults: faults.map(() => "output-unwritable"), lost: 0 });
});

test("a log that may wait flushes in time, on request and when its process ends", async () => {
  const folder = await temporaryFolder();
  let now = 0;
  const log = openEventLog({ folder, durability: { flushMs: 60_000 }, now: () => now });
  const written = async () => (await allOf(readEvents([folder]))).events.length;
  log.listener(sampleEvent());
  expect(await written()).toBe(0);
  now = 60_000; // its timer could not run; the next event sees that it is late
  log.listener(sampleEvent());
  expect(await written()).toBe(2);
  log.listener(sampleEvent());
  await log.flush();
  expect(await written()).toBe(3);
  await log.close();
  const child = childRunning(`
    const log = monitor.openEventLog({ folder: ${JSON.stringify(folder)}, durability: { flushMs: 60_000 } });
    log.listener(sampleEvent());
    process.exit(0);`);
  await once(child, "close");
  expect(await written()).toBe(4);
});

test("events on the disk at once, every hour a new file", async () => {
  const folder = await temporaryFolder();
  let now = Date.UTC(2026, 2, 2, 9, 59);
  const log = openEventLog({ folder, rollEvery: "hour", durability: "every-event-on-disk", now: () => now });
  log.listener(sampleEvent({ id: "before" }));
  now += 120_000;
  log.listener(sampleEvent({ id: "after" }));
  await log.close();
  expect((await readdir(folder)).map((name) => name.slice(0, 18)).sort()).toEqual(
    ["events-20260302T09", "events-20260302T10"].map((n) => expect.stringContaining(n)),
  );
  expect((await allOf(readEvents([folder]))).events.map(({ id }) => id)).toEqual(["before", "after"]);
});

test("old files go, those that another process may still write stay", async () => {
  const folder = await temporaryFolder();
  let now = Date.UTC(2026, 2, 2, 12);
  const clock = { folder, now: () => now };
  const other = openEventLog(clock);
  other.listener(sampleEvent({ id: "other" }));
  now += 1_000;
  const log = openEventLog({ ...clock, maxBytes: 1, keepFiles: 3, keepDays: 2 });
  const kept = async () => (await allOf(readEvents([folder]))).events.map(({ id }) => id).sort();
  for (const id of ["1", "2", "3", "4"]) log.listener(sampleEvent({ id }));
  expect(await kept()).toEqual(["3", "4", "other"]);
  now += day; // both begin new files, so the other's old one is closed
  log.listener(sampleEvent({ id: "5" }));
  now += 2 * 3_600_000;
  log.listener(sampleEvent({ id: "6" }));
  expect(await kept()).toEqual(["4", "5", "6"]);
  now += 4 * day;
  log.listener(sampleEvent({ id: "7" }));
  expect(await kept()).toEqual(["7"]);
  await Promise.all([other.close(), log.close()]);
});

test("a folder that somebody removes under the log is begun anew, with the event that was being written", async () => {
  const folder = await temporaryFolder();
  const log = openEventLog({ folder });
  log.listener(sampleEvent({ id: "gone" }));
  await rm(folder, { recursive: true });
  log.listener(sampleEvent({ id: "kept" }));
  expect((await allOf(readEvents([folder]))).events.map(({ id }) => id)).toEqual(["kept"]);
  await log.close();
});

test("what comes after close is counted as lost, and said once", async () => {
  const codes: string[] = [];
  const log = openEventLog({ folder: await temporaryFolder(), onFault: ({ code }) => codes.push(code) });
  await log.close();
  log.listener(sampleEvent());
  log.listener(sampleEvent());
  expect({ lost: log.lost(), codes }).toEqual({ lost: 2, codes: ["output-unwritable"] });
});

test("faulty options are refused all at once", () => {
  // @ts-expect-error: what a JavaScript user may write
  expect(() => openEventLog({ folder: "", rollEvery: "week", keepFiles: 0 })).toThrow(
    /✖[\s\S]*folder[\s\S]*rollEvery[\s\S]*keepFiles/,
  );
  expect(() => openEventLog({ folder: "/dev/null/events" })).toThrow(/Cannot write into the folder/);
});
