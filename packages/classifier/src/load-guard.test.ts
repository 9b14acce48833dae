import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseStep } from "@persona-guard/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadClassifier } from "./load-classifier.js";
import { type LoadGuardOptions, loadGuard } from "./load-guard.js";

const tinyModernBert = fileURLToPath(new URL("../testdata/tiny-modernbert", import.meta.url));
const plain = { name: "Plain", expresses: ["neutral"] };
const sarcastic = parseStep(
  {
    id: "1",
    text: "Oh brilliant, another form. Because the first nine were clearly not enough fun for anyone. How lucky we are that somebody thought of it.",
  },
  "test",
);
const sober = parseStep(
  { id: "2", text: "Your replacement card was posted on Tuesday and should reach you by Friday." },
  "test",
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "load-guard-"));
});
afterAll(() => rm(folder, { recursive: true }));

test.each(["lexical", "cascade"] as const)(
  "a guard with the tier %s tells sarcasm from a plain reply at a false-alarm rate of 0.05",
  async (tier) => {
    const guard = await loadGuard({ persona: plain, tier, falseAlarmRate: 0.05 });
    expect(await guard.judge(sarcastic)).toMatchObject({
      outcome: "drifted",
      utterances: [{ verdict: { driftedTo: "sarcasm" } }],
    });
    expect(await guard.judge(sober)).toMatchObject({ outcome: "in-persona" });
    await guard.close();
  },
);

test("the persona may lie in a file", async () => {
  const persona = join(folder, "persona.yaml");
  await writeFile(persona, "name: Plain\nexpresses: [neutral]\n");
  const guard = await loadGuard({ persona, tier: "lexical" });
  expect(guard.persona.name).toBe("Plain");
});

test("guards that share a classifier are each calibrated for their own persona", async () => {
  const classifier = await loadClassifier({ tier: "lexical" });
  const neutral = await loadGuard({ persona: plain, classifier, falseAlarmRate: 0.05 });
  const mocking = await loadGuard({
    persona: { name: "Mock", expresses: ["sarcasm"], allows: [] },
    classifier,
  });
  expect((await neutral.judge(sarcastic)).outcome).toBe("drifted");
  expect((await mocking.judge(sarcastic)).outcome).toBe("in-persona");
  expect(mocking.classifier).toBe(neutral.classifier);
});

test("another model is judged by threshold", async () => {
  const guard = await loadGuard({
    persona: { name: "Notary", allows: ["formal", "neutral"] },
    model: tinyModernBert,
    threshold: 0.5,
  });
  const { outcome, confidence } = await guard.judge(sober);
  expect(outcome).toBe((confidence ?? 1) < 0.5 ? "drifted" : "in-persona");
  await guard.close();
});

test.each([
  {
    name: "another model without a threshold",
    options: { persona: plain, model: tinyModernBert },
    code: "options-invalid",
    message: /no calibration for .*tiny-modernbert.*set `threshold`/,
  },
  {
    name: "a threshold with a rate",
    options: { persona: plain, tier: "lexical", threshold: 0.5, falseAlarmRate: 0.01 },
    code: "options-invalid",
    message: /choose one/,
  },
  {
    name: "a label that the model does not score",
    options: { persona: { name: "Typo", expresses: ["sarcasim"] }, tier: "lexical" },
    code: "label-unknown",
    message: /sarcasim/,
  },
  {
    name: "a rate that needs more texts than there are",
    options: { persona: plain, tier: "lexical", falseAlarmRate: 0.00001 },
    code: "calibration-too-small",
    message: /99999 are needed/,
  },
  {
    name: "no persona",
    options: { persona: "no-such.yaml" },
    code: "persona-unreadable",
    message: /no-such/,
  },
] satisfies { name: string; options: LoadGuardOptions; code: string; message: RegExp }[])(
  "$name is refused as $code",
  async ({ options, code, message }) => {
    await expect(loadGuard(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  },
);

test("a shared classifier that is not ours needs a threshold, and takes no tier", async () => {
  const classifier = await loadClassifier({ model: tinyModernBert });
  const persona = { name: "Notary", expresses: ["formal"], allows: [] };
  await expect(loadGuard({ persona, classifier })).rejects.toMatchObject({ code: "options-invalid" });
  await expect(loadGuard({ persona, classifier, tier: "lexical" })).rejects.toMatchObject({
    code: "options-invalid",
  });
  expect(await classifier.score([{ kind: "chat", text: "It is still open." }])).toHaveLength(1);
  await classifier.close();
});
