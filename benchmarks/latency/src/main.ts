import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { loadClassifier } from "@persona-guard/classifier";
import type { Classifier, TraitScores } from "@persona-guard/core";
import { sampledEmails, skippedShare } from "./emails.js";
import { type Quantile, quantile } from "./quantile.js";
import { rawForward } from "./raw-forward.js";

const tiers = ["lexical", "cascade", "encoder", "ensemble"] as const;
const warmUps = 20;

interface Row {
  readonly tier: string;
  /** One email at a time, in milliseconds. */
  readonly p50: Quantile;
  readonly p95: Quantile;
  /** Median over the median of ONNX Runtime alone in this run. */
  readonly toBaseline: number;
  /** All emails in one call, per second. */
  readonly emailsPerSecond?: number;
  /** Longest time that the calling thread was blocked meanwhile, in milliseconds. */
  readonly longestBlockMs?: number;
}

const { emails, sha256 } = sampledEmails(200);
const baseline = await rawForward(emails.map(({ text }) => text));
const classifiers = await Promise.all(tiers.map((tier) => loadClassifier({ tier })));
const { times, rows } = await oneAtATime();
const bulk: Awaited<ReturnType<typeof allAtOnce>>[] = [];
for (const [at, classifier] of classifiers.entries()) bulk.push(await allAtOnce(classifier, rows[at] ?? []));
await Promise.all(classifiers.map((classifier) => classifier.close()));

const results: readonly Row[] = [
  rowOf("onnxruntime-node alone", times[tiers.length] ?? []),
  ...tiers.map((tier, at) => ({ ...rowOf(tier, times[at] ?? []), ...bulk[at] })),
];
const answeredAlone = skippedShare();
const total = (tier: (typeof tiers)[number]) =>
  (times[tiers.indexOf(tier)] ?? []).reduce((sum, milliseconds) => sum + milliseconds, 0);
// The model knows these emails, and would answer more of them by words alone than of yours.
const cascadeToEncoder = total("lexical") / total("encoder") + (1 - answeredAlone);
report();

/** Every email by every tier in turn, so that whatever else the machine does falls on all of them alike. */
async function oneAtATime() {
  const times: number[][] = [...tiers, "baseline"].map(() => []);
  const rows: TraitScores[][] = tiers.map(() => []);
  for (const [index, email] of [...emails.slice(0, warmUps), ...emails].entries()) {
    for (const [at, classifier] of classifiers.entries()) {
      const start = performance.now();
      const found = await classifier.score([email]);
      if (index < warmUps) continue;
      times[at]?.push(performance.now() - start);
      rows[at]?.push(...found);
    }
    const start = performance.now();
    await baseline(index < warmUps ? index : index - warmUps);
    if (index >= warmUps) times[tiers.length]?.push(performance.now() - start);
  }
  return { times, rows };
}

async function allAtOnce(classifier: Classifier, expected: readonly TraitScores[]) {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await setTimeout(5);
  const start = performance.now();
  const found = await classifier.score(emails);
  const seconds = (performance.now() - start) / 1_000;
  await setTimeout(5); // the monitor sees a block at its next tick
  delay.disable();
  if (!isDeepStrictEqual(found, expected))
    throw new Error(`${classifier.name} scores a batch otherwise than its texts one by one.`);
  return { emailsPerSecond: emails.length / seconds, longestBlockMs: delay.max / 1e6 };
}

function rowOf(tier: string, milliseconds: readonly number[]): Row {
  const p50 = quantile(milliseconds, 0.5);
  const toBaseline = p50.value / quantile(times[tiers.length] ?? [], 0.5).value;
  return { tier, p50, p95: quantile(milliseconds, 0.95), toBaseline };
}

function report(): void {
  const milliseconds = ({ value, from, to }: Quantile) =>
    `${value.toFixed(2)} (${from.toFixed(2)}-${to.toFixed(2)})`;
  console.log(
    "| tier | p50 ms (95 % interval) | p95 ms (95 % interval) | to baseline | emails/s, one call | longest block ms |",
  );
  console.log("|---|---|---|---|---|---|");
  for (const { tier, p50, p95, toBaseline, emailsPerSecond, longestBlockMs } of results) {
    const columns = [
      tier,
      milliseconds(p50),
      milliseconds(p95),
      toBaseline.toFixed(2),
      emailsPerSecond?.toFixed(0) ?? "",
      longestBlockMs?.toFixed(0) ?? "",
    ];
    console.log(`| ${columns.join(" | ")} |`);
  }
  console.log(
    `\nThe cascade answers ${(100 * answeredAlone).toFixed(0)} % of unseen corpus texts without the encoder, ` +
      `and so takes ${cascadeToEncoder.toFixed(2)} of the encoder's time for them.`,
  );
  const path = fileURLToPath(new URL("../results/latency.json", import.meta.url));
  mkdirSync(fileURLToPath(new URL("../results", import.meta.url)), { recursive: true });
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
  };
  writeFileSync(
    path,
    `${JSON.stringify({ ...machine, emails: emails.length, sha256, answeredAlone, cascadeToEncoder, results }, null, 2)}\n`,
  );
}
