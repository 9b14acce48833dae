import { cp, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modelFolder } from "@persona-guard/model";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LoadClassifierOptions, loadClassifier } from "./load-classifier.js";
import { tiers } from "./manifest.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "load-classifier-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.each(tiers)("the tier %s says its name and scores every shipped label", async (tier) => {
  const classifier = await loadClassifier({ tier });
  expect(classifier.name).toMatch(new RegExp(`^persona-guard-en-\\d+\\.\\d+\\.\\d+/${tier}$`));
  expect(classifier.labels).toHaveLength(12);
  await classifier.close();
});

test("the cascade is what one gets without options", async () => {
  const classifier = await loadClassifier();
  expect(classifier.name).toMatch(/\/cascade$/);
  await classifier.close();
});

test("a time limit of 1 ms fails the call, not the program", async () => {
  const classifier = await loadClassifier({ tier: "encoder", timeoutMs: 1 });
  const text = "The invoice is attached as agreed. ".repeat(20);
  await expect(classifier.score([{ kind: "email", text }])).rejects.toMatchObject({
    code: "classifier-failed",
    message: expect.stringContaining("timeoutMs"),
  });
  await classifier.close();
});

test.each([
  { options: { tier: "large" }, message: /tier/ },
  { options: { timeoutMs: 0 }, message: /timeoutMs/ },
  { options: { timeoutMs: 1.5, allowDownload: "yes" }, message: /timeoutMs[\s\S]*allowDownload/ },
  { options: { tier: "lexical", model: "./folder" }, message: /tier[\s\S]*model|model[\s\S]*tier/ },
  { options: { modelFolder: "./weights", model: "./folder" }, message: /modelFolder/ },
])("options at fault are named: $options", async ({ options, message }) => {
  // Written in JavaScript, or read from a file.
  await expect(loadClassifier(options as LoadClassifierOptions)).rejects.toMatchObject({
    code: "options-invalid",
    message: expect.stringMatching(message),
  });
});

test("a folder without weights is missing, and the message says where it looked", async () => {
  const nowhere = join(folder, "nowhere");
  await expect(loadClassifier({ modelFolder: nowhere })).rejects.toMatchObject({
    code: "model-missing",
    message: expect.stringMatching(
      /nowhere.model\.json\. Install @persona-guard\/model again, or set modelFolder/,
    ),
  });
});

const damages: readonly {
  name: string;
  file: string;
  damage: (path: string) => Promise<void>;
  code: string;
  message: RegExp;
}[] = [
  {
    name: "no word weights",
    file: "lexical.bin",
    damage: rm,
    code: "model-missing",
    message: /lexical\.bin/,
  },
  {
    name: "word weights that were cut off",
    file: "lexical.bin",
    damage: (path) => truncate(path, 1_000),
    code: "model-unreadable",
    message: /lexical\.bin holds 1000 bytes; model\.json says \d+/,
  },
  {
    name: "heads that were cut off",
    file: "encoder-heads.bin",
    damage: (path) => truncate(path, 1_000),
    code: "model-unreadable",
    message: /encoder-heads\.bin holds 1000 bytes/,
  },
  {
    name: "a manifest that was cut off",
    file: "model.json",
    damage: (path) => truncate(path, 100),
    code: "model-unreadable",
    message: /model\.json is not valid JSON \(100 bytes\)/,
  },
  {
    name: "a manifest of a later format",
    file: "model.json",
    damage: (path) => changed(path, { format: 2 }),
    code: "model-unreadable",
    message: /update @persona-guard\/classifier/,
  },
  {
    name: "a manifest that names a file outside of its folder",
    file: "model.json",
    damage: (path) => changed(path, { calibration: { file: "../secrets", rows: 1, tiers: [] } }),
    code: "model-unreadable",
    message: /calibration\.file/,
  },
  {
    name: "more labels than weights",
    file: "model.json",
    damage: (path) => changed(path, { labels: ["neutral", "sarcasm"] }),
    code: "model-unreadable",
    message: /one number a label/,
  },
  {
    name: "no tokenizer",
    file: "encoder/tokenizer.json",
    damage: rm,
    code: "model-missing",
    message: /tokenizer/,
  },
  {
    name: "no ONNX weights",
    file: "encoder/onnx/model_quantized.onnx",
    damage: rm,
    code: "model-missing",
    message: /onnx/,
  },
  {
    name: "ONNX weights that were cut off",
    file: "encoder/onnx/model_quantized.onnx",
    damage: (path) => truncate(path, 1_000_000),
    code: "model-unreadable",
    message: /Cannot load the model .*encoder/,
  },
];

test.each(damages)(
  "a model with $name is refused as $code",
  async ({ name, file, damage, code, message }) => {
    const damaged = join(folder, name.replaceAll(" ", "-"));
    await cp(modelFolder, damaged, { recursive: true });
    await damage(join(damaged, file));
    await expect(loadClassifier({ modelFolder: damaged })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  },
);

async function changed(path: string, fields: object): Promise<void> {
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), ...fields }));
}
