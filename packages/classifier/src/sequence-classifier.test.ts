import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { definePersona, PersonaGuard, parseStep } from "@persona-guard/core";
import { classifierCases } from "@persona-guard/core/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadClassifier } from "./load-classifier.js";

const tinyModernBert = fileURLToPath(new URL("../testdata/tiny-modernbert", import.meta.url));
const expected: readonly { text: string; scores: Readonly<Record<string, number>> }[] = JSON.parse(
  await readFile(join(tinyModernBert, "expected.json"), "utf8"),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sequence-classifier-"));
});
afterAll(() => rm(folder, { recursive: true }));

classifierCases({ create: () => loadClassifier({ model: tinyModernBert }), tolerance: 1e-12 });

test("a ModernBERT export gives the probabilities that PyTorch gives, to 1e-4", async () => {
  const classifier = await loadClassifier({ model: tinyModernBert });
  const rows = await classifier.score(expected.map(({ text }) => ({ text, kind: "chat" })));
  await classifier.close();
  for (const [at, { text, scores }] of expected.entries()) {
    expect(Object.keys(rows[at] ?? {})).toEqual(Object.keys(scores));
    for (const [label, p] of Object.entries(scores))
      expect(Math.abs((rows[at]?.[label] ?? -1) - p), `${label} of: ${text.slice(0, 60)}`).toBeLessThan(1e-4);
  }
});

test("a persona may name the labels of the other model", async () => {
  const classifier = await loadClassifier({ model: tinyModernBert });
  const persona = definePersona({ name: "notary", expresses: ["formal"], allows: [], avoids: ["angry"] });
  const guard = new PersonaGuard({ persona, classifier, threshold: 0.5 });
  const step = parseStep(
    { id: "1", text: "Please find the deed attached; we await your signature." },
    "test",
  );
  expect((await guard.judge(step)).outcome).toMatch(/^(in-persona|drifted)$/);
  await guard.close();
});

test.each([
  { name: "one label", config: { id2label: { 0: "only" } }, message: /at least two exclusive labels/ },
  { name: "a label twice", config: { id2label: { 0: "a", 1: "a", 2: "b", 3: "c" } }, message: /exclusive/ },
  {
    name: "labels that do not exclude each other",
    config: { problem_type: "multi_label_classification" },
    message: /multi_label_classification/,
  },
  {
    name: "fewer labels than outputs",
    config: { id2label: { 0: "a", 1: "b" } },
    message: /4 values.* 2 labels/,
  },
])("a model with $name is refused", async ({ name, config, message }) => {
  const model = join(folder, name.replaceAll(" ", "-"));
  await cp(tinyModernBert, model, { recursive: true });
  const whole = JSON.parse(await readFile(join(model, "config.json"), "utf8"));
  await writeFile(join(model, "config.json"), JSON.stringify({ ...whole, ...config }));
  await expect(loadClassifier({ model })).rejects.toMatchObject({
    code: "model-unreadable",
    message: expect.stringMatching(message),
  });
});

test.each([
  { model: "./no/such/folder", message: /no\/such\/folder.*Give the path of a folder/s },
  { model: "persona-guard/no-such-model", message: /allowDownload: true/ },
  { model: "not an id", message: /not an id/ },
])("a model that is not here is missing, and the hub is not asked: $model", async ({ model, message }) => {
  await expect(loadClassifier({ model })).rejects.toMatchObject({
    code: "model-missing",
    message: expect.stringMatching(message),
  });
});
