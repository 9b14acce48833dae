import { appendFile, mkdir, rename, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing.js";
import { GrowingFiles } from "./growing-files.js";

async function textOf(files: GrowingFiles): Promise<string> {
  const pieces: string[] = [];
  for await (const { bytes } of files.news()) pieces.push(Buffer.from(bytes).toString("utf8"));
  return pieces.join("");
}

async function logOf(name = "events.jsonl") {
  const folder = await temporaryFolder();
  return { folder, file: join(folder, name), files: new GrowingFiles([folder]) };
}

test("what is written is read once, and a line only when it has its end", async () => {
  const { file, files } = await logOf();
  await writeFile(file, "one\ntw");
  expect(await textOf(files)).toBe("one\n");
  await appendFile(file, "o\nthree\n");
  expect(await textOf(files)).toBe("two\nthree\n");
  expect(await textOf(files)).toBe("");
  await files.close();
});

test.each([
  { how: "within the folder", to: "events.1.jsonl" },
  { how: "to a name that is not a log's", to: "events.jsonl.1" },
])(
  "a file that is renamed $how is read to its end, and the new one under its name from its beginning",
  async ({ to }) => {
    const { folder, file, files } = await logOf();
    await writeFile(file, "one\n");
    expect(await textOf(files)).toBe("one\n");
    await appendFile(file, "two\n");
    await rename(file, join(folder, to));
    await writeFile(file, "new one, longer than all before\n");
    await appendFile(join(folder, to), "three\n");
    expect((await textOf(files)).split("\n").sort()).toEqual([
      "",
      "new one, longer than all before",
      "three",
      "two",
    ]);
    await appendFile(join(folder, to), "four\n");
    expect(await textOf(files)).toBe("four\n");
    await files.close();
  },
);

test("a file that is emptied in place is read from its beginning again", async () => {
  const { file, files } = await logOf();
  await writeFile(file, "one\ntwo\n");
  await textOf(files);
  await truncate(file);
  await appendFile(file, "three\n");
  expect(await textOf(files)).toBe("three\n");
  await files.close();
});

test("files and folders that come later are read, hidden files, other files and the labels are not", async () => {
  const folder = await temporaryFolder();
  const log = join(folder, "log");
  const files = new GrowingFiles([log, join(folder, "single.log")], { except: [join(log, "labels.jsonl")] });
  expect(await textOf(files)).toBe("");
  await mkdir(log);
  await writeFile(join(log, "a.jsonl"), "a\n");
  for (const name of [".hidden.jsonl", "notes.txt", "labels.jsonl"]) await writeFile(join(log, name), "no\n");
  await writeFile(join(folder, "single.log"), "single\n");
  expect((await textOf(files)).split("\n").sort()).toEqual(["", "a", "single"]);
  await files.close();
});

test("a line longer than 16 MiB is skipped and counted, and the next one is read", async () => {
  const { file, files } = await logOf();
  await writeFile(file, `${"x".repeat(17 * 1024 * 1024)}\nnext\n`);
  const found: { tooLong: number; text: string }[] = [];
  for await (const { tooLong, bytes } of files.news())
    found.push({ tooLong, text: Buffer.from(bytes).toString("utf8") });
  expect(found).toEqual([{ tooLong: 1, text: "next\n" }]);
  await files.close();
});
