import { join } from "node:path";
import { modelFolder } from "@persona-guard/model";
import { afterEach, expect, test } from "vitest";
import { loadClassifier } from "./load-classifier.js";
import { type ModelThreads, modelThreads } from "./thread-pool.js";

const start = {
  model: join(modelFolder, "encoder"),
  output: "pooled",
  maxTokens: 256,
  allowDownload: false,
} as const;
const texts = Array.from(
  { length: 7 },
  (_, at) => `Invoice ${at} is attached. ${"Please send the payment by Friday. ".repeat(at)}`,
);

const open: Pick<ModelThreads, "close">[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

test("several threads give each text the values that one gives it, to the last bit and in order", async () => {
  const one = modelThreads(start, 1);
  const threads = modelThreads(start, 2);
  open.push(one, threads);
  const alone = await one.ask(texts, 60_000);
  expect(alone).toHaveLength(texts.length);
  // The second thread is loaded while the first one answers, and takes its part from then on.
  for (let time = 0; time < 20; time++) expect(await threads.ask(texts, 60_000)).toEqual(alone);
});

test("a model that is not there is said by a pool as by one thread, and all its threads end", async () => {
  const threads = modelThreads({ ...start, model: join(modelFolder, "nowhere") }, 2);
  open.push(threads);
  await expect(threads.loaded()).rejects.toMatchObject({ code: "model-missing" });
  await expect(threads.ask(texts, 60_000)).rejects.toMatchObject({ code: "model-missing" });
});

test("a cascade with two threads and a cache scores as the one a live guard has", async () => {
  const utterances = texts.map((text) => ({ text, kind: "email" as const }));
  const live = await loadClassifier();
  const offline = await loadClassifier({ threads: 2, cachedTexts: 100 });
  open.push(live, offline);
  expect(offline.name).toBe(live.name);
  const expected = await live.score(utterances);
  expect(await offline.score([...utterances, ...utterances])).toEqual([...expected, ...expected]);
});
