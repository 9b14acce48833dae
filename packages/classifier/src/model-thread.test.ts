import { cp, mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelFolder } from "@persona-guard/model";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ModelThread } from "./model-thread.js";

const email = "The invoice for March is attached. Please send the payment by Friday. ".repeat(12);
const start = { output: "pooled", maxTokens: 256, allowDownload: false } as const;
const shipped = { ...start, model: join(modelFolder, "encoder") };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "model-thread-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a call that takes longer than timeoutMs fails, and the next one is answered", async () => {
  const thread = new ModelThread(shipped);
  await thread.loaded();
  await expect(thread.ask(Array(16).fill(email), 1)).rejects.toMatchObject({
    code: "classifier-failed",
    message: expect.stringContaining("after 1 ms"),
  });
  expect(await thread.ask([email], 10_000)).toHaveLength(1);
  await thread.close();
});

test("the time for loading counts when the thread has to start first", async () => {
  const thread = new ModelThread(shipped);
  await expect(thread.ask([email], 1)).rejects.toMatchObject({
    code: "classifier-failed",
    message: expect.stringContaining("still loading"),
  });
  expect(await thread.ask([email], 10_000)).toHaveLength(1);
  await thread.close();
});

test("a crash fails all who wait, and the next call starts a new thread", async () => {
  const thread = new ModelThread(shipped);
  await thread.loaded();
  const waiting = thread.ask(Array(8).fill(email), 10_000);
  // No text at all stands for whatever may kill a thread: the worker does not expect it and dies of the TypeError.
  const fatal = thread.ask(null as unknown as string[], 10_000);
  for (const call of [waiting, fatal])
    await expect(call).rejects.toMatchObject({
      code: "classifier-failed",
      message: expect.stringContaining("crashed"),
    });
  expect(await thread.ask([email], 10_000)).toHaveLength(1);
  await thread.close();
});

test("closing fails all who wait, and every later call", async () => {
  const thread = new ModelThread(shipped);
  await thread.loaded();
  const waiting = expect(thread.ask(Array(16).fill(email), 10_000)).rejects.toMatchObject({
    code: "classifier-failed",
  });
  await thread.close();
  await waiting;
  await expect(thread.ask([email], 10_000)).rejects.toMatchObject({
    code: "classifier-failed",
    message: expect.stringContaining("closed"),
  });
});

test("weights that were cut off are unreadable, and are read again when they are whole", async () => {
  const model = join(folder, "encoder");
  const weights = join("onnx", "model_quantized.onnx");
  await cp(shipped.model, model, { recursive: true });
  await truncate(join(model, weights), 1_000_000);
  const thread = new ModelThread({ ...start, model });
  await expect(thread.loaded()).rejects.toMatchObject({ code: "model-unreadable" });
  await expect(thread.ask([email], 10_000)).rejects.toMatchObject({ code: "model-unreadable" });
  await cp(join(shipped.model, weights), join(model, weights));
  expect(await thread.ask([email], 10_000)).toHaveLength(1);
  await thread.close();
});
