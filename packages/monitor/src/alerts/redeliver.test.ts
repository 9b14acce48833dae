import { once } from "node:events";
import { appendFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { childRunning, temporaryFolder } from "../testing.js";
import { DeadLetters } from "./dead-letters.js";
import { functionTarget, type SendNotice } from "./function-target.js";
import { redeliver } from "./redeliver.js";
import { testNotice } from "./test-notice.js";

const monday = Date.UTC(2026, 2, 2, 12);
const wednesday = Date.UTC(2026, 2, 4, 12);

/** A folder with a dead letter of Monday. */
async function folderWithLetter(): Promise<string> {
  const folder = await temporaryFolder();
  const letters = new DeadLetters(folder, { now: () => monday });
  letters.add({ target: "ops", notice: testNotice(monday), attempts: 6, fault: "ops: gone" });
  letters.close();
  return folder;
}

async function redelivered(folder: string, send: SendNotice = () => undefined): Promise<readonly string[]> {
  const outcomes: string[] = [];
  const targets = [functionTarget("ops", send)];
  for await (const one of redeliver(folder, { targets, now: () => wednesday }))
    outcomes.push("fault" in one ? one.fault : one.delivery.outcome);
  return outcomes;
}

test("letters of former days are removed when nothing is left", async () => {
  const folder = await folderWithLetter();
  const fail = () => Promise.reject(new Error("busy"));
  expect(await redelivered(folder, fail)).toEqual(["failed"]);
  expect((await readdir(folder)).some((name) => name.includes("20260302"))).toBe(true);
  expect(await redelivered(folder)).toEqual(["delivered"]);
  expect((await readdir(folder)).some((name) => name.includes("20260302"))).toBe(false);
  expect(await redelivered(folder)).toEqual([]);
});

test("a line that cannot be read is named and kept, the others are sent", async () => {
  const folder = await folderWithLetter();
  const [name = ""] = await readdir(folder);
  await appendFile(join(folder, name), '{"schema":"persona-guard/dead-le');
  expect(await redelivered(folder)).toEqual([
    `${join(folder, name)}:2 is no dead letter. Line skipped.`,
    "delivered",
  ]);
  expect(await readdir(folder)).toContain(name);
});

test("two redeliveries do not run at once; one that was killed does not stand in the way", async () => {
  const folder = await folderWithLetter();
  const lock = join(folder, "redeliver.lock");
  await writeFile(lock, String(process.pid));
  await expect(redelivered(folder)).rejects.toThrow(
    `Dead letters are being redelivered by process ${process.pid}. If that is not so, remove ${lock}.`,
  );
  const ended = childRunning("");
  await once(ended, "close");
  await writeFile(lock, String(ended.pid));
  expect(await redelivered(folder)).toEqual(["delivered"]);
  expect(await readdir(folder)).not.toContain("redeliver.lock");
});

test("a folder that is not there holds no letters", async () => {
  expect(await redelivered("/nowhere/alerts")).toEqual([]);
});
