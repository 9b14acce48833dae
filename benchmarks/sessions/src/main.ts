import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadGuard, type Tier } from "@persona-guard/classifier";
import { parseStep } from "@persona-guard/core";
import { type Figures, figuresOf, type JudgedSession } from "./figures.js";
import { type Desk, personaOf, readDesks } from "./sessions.js";

const tiers = ["lexical", "cascade", "ensemble"] as const;
const rates = [0.01, 0.05] as const;

interface Setting {
  readonly tier: Tier;
  readonly examples: "with" | "without";
  /** Of false alarms: of sessions, and of utterances where the calibration can promise it. */
  readonly rate: number;
}

const folder = process.argv[2];
if (folder === undefined || !existsSync(join(folder, "sessions.jsonl"))) {
  console.log(
    "Give a folder with personas.jsonl (who each agent should be, with examples) and sessions.jsonl (recorded steps, each marked in " +
      "persona or not). The sessions behind the published figures are not part of this repository.",
  );
} else await report(folder);

async function report(folder: string): Promise<void> {
  const desks = readDesks(folder);
  const rows: (Setting & Figures)[] = [];
  console.log(
    "| tier | examples | rate | step AUC | step false alarms | steps found | clean sessions alarmed | drifting ones caught | within 3 steps | onset error |",
  );
  console.log("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|");
  for (const tier of tiers) {
    for (const examples of ["without", "with"] as const) {
      for (const rate of rates) {
        const setting = { tier, examples, rate };
        const judged: JudgedSession[][] = [];
        for (const desk of desks) judged.push(await judgedBy(desk, setting));
        const figures = figuresOf(judged);
        rows.push({ ...setting, ...figures });
        const cells = Object.values(figures).map((value: number, at) => value.toFixed(at === 6 ? 0 : 3));
        console.log(`| ${[tier, examples, rate, ...cells].join(" | ")} |`);
      }
    }
  }
  const results = fileURLToPath(new URL("../results/", import.meta.url));
  mkdirSync(results, { recursive: true });
  const sha256 = createHash("sha256")
    .update(readFileSync(join(folder, "sessions.jsonl")))
    .digest("hex");
  writeFileSync(
    `${results}sessions.json`,
    `${JSON.stringify({ sha256, node: process.version, rows }, null, 2)}\n`,
  );
}

/** Every session of a desk, judged by one guard as it would be live. */
async function judgedBy(
  { persona, sessions }: Desk,
  { tier, examples, rate }: Setting,
): Promise<JudgedSession[]> {
  const guard = await loadGuard({
    persona: personaOf(persona, examples),
    tier,
    sessionAlarmRate: rate,
    // With examples, the shipped calibration promises no rate: such a guard judges at even odds.
    ...(examples === "with" ? {} : { falseAlarmRate: rate }),
  });
  const judged: JudgedSession[] = [];
  for (const session of sessions) {
    const steps: JudgedSession["steps"][number][] = [];
    for (const [index, { kind, text }] of session.steps.entries()) {
      const id = `${session.session}-${index}`;
      const step = parseStep({ id, session: session.session, index, text, kind }, "sessions.jsonl");
      const { outcome, confidence, session: state } = await guard.judge(step);
      steps.push({
        drifted: outcome === "drifted",
        alarm: state.alarm,
        ...(confidence === undefined ? {} : { confidence }),
        ...(state.start === undefined ? {} : { start: state.start }),
      });
    }
    judged.push({ session, steps });
  }
  await guard.close();
  return judged;
}
