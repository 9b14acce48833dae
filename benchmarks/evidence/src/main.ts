import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { type Agreement, evidenceAgreement } from "./agreement.js";
import { corpusTexts } from "./corpus-texts.js";
import { shuffled } from "./shuffled.js";

const seed = 7;
const sampleSize = 1_500;
/** Share of drifted texts that must be in persona without their evidence; else this ends with an error. */
const bar = 0.8;
/** 0.975 quantile of the standard normal distribution. */
const z = 1.959963984540054;

const corpus = corpusTexts();
const sample = shuffled(corpus, seed).slice(0, sampleSize);
const sha256 = createHash("sha256").update(JSON.stringify(sample)).digest("hex");
const tiers = [];
for (const tier of ["lexical", "cascade"] as const)
  tiers.push({ tier, agreement: await evidenceAgreement(sample, { tier, seed }) });

console.log(`${sample.length} of ${corpus.length} corpus texts, seed ${seed}\n`);
console.log(
  "| tier | drifted | without the evidence | without as many others | sentences of evidence, mean |",
);
console.log("|---|---:|---:|---:|---:|");
for (const { tier, agreement } of tiers) {
  const { drifted, withoutEvidence, withoutOthers, meanSpans } = agreement;
  const cells = [withoutEvidence, withoutOthers].map((fates) => intervalText(fates, drifted));
  console.log(`| ${tier} | ${drifted} | ${cells.join(" | ")} | ${meanSpans.toFixed(2)} |`);
}
for (const { tier, agreement } of tiers) {
  const { drifted, withoutEvidence, oneSentence } = agreement;
  console.log(
    `\n${tier}: ${withoutEvidence["still drifted"]} still drift, of ${withoutEvidence["nothing left"]} nothing is left; ${oneSentence} are one sentence.`,
  );
  if (withoutEvidence["no longer drifted"] / drifted < bar)
    throw new Error(`${tier}: fewer than ${100 * bar} % are in persona without their evidence`);
}
const results = fileURLToPath(new URL("../results/", import.meta.url));
mkdirSync(results, { recursive: true });
const machine = `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} threads`;
const content = { seed, sha256, machine, node: process.version, tiers };
writeFileSync(`${results}agreement.json`, `${JSON.stringify(content, null, 2)}\n`);

/** Share in percent with Wilson's 95 % interval; a text of which nothing is left counts against it. */
function intervalText(fates: Agreement["withoutEvidence"], drifted: number): string {
  const share = fates["no longer drifted"] / drifted;
  const scale = 1 + (z * z) / drifted;
  const middle = (share + (z * z) / (2 * drifted)) / scale;
  const spread = (z * Math.sqrt((share * (1 - share)) / drifted + (z * z) / (4 * drifted * drifted))) / scale;
  const [value, low, high] = [share, middle - spread, middle + spread].map((one) => (100 * one).toFixed(1));
  return `${value} % (${low}-${high})`;
}
