import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadClassifier } from "@persona-guard/classifier";
import { type TraitScores, topTrait } from "@persona-guard/core";
import { type AgentEmail, readAgentEmails } from "./agent-emails.js";
import { accuracy, auc, bootstrapInterval, macroF1, mean, recallAt } from "./metrics.js";
import { reportPersonas } from "./personas.js";

interface Scored {
  readonly email: AgentEmail;
  readonly scores: TraitScores;
}
interface Metric {
  readonly name: string;
  readonly rows: readonly Scored[];
  readonly of: (rows: readonly Scored[]) => number;
}

const folder = process.argv[2];
if (folder === undefined) {
  console.error(
    'Give the folder of agent-emails-dev.jsonl and agent-emails-dev-relabel.jsonl: the emails behind "Character-trained models can ' +
      "struggle to generalise\" (2026), with the published classifier's scores, and a second reading of them. They are not part of " +
      "this repository. Figures on the corpus alone: packages/model/evaluation/results.md.",
  );
  process.exit(2);
}
const { emails, sha256 } = readAgentEmails(folder);
const columns: { readonly tier: string; readonly metrics: Readonly<Record<string, Figure>> }[] = [];
for (const tier of ["lexical", "encoder", "ensemble", "cascade"] as const) {
  const classifier = await loadClassifier({ tier });
  const scores = await classifier.score(emails.map(({ text }) => ({ text, kind: "email" })));
  await classifier.close();
  columns.push({ tier, metrics: figures(emails.map((email, at) => ({ email, scores: scores[at] ?? {} }))) });
}
columns.push({
  tier: "published classifier",
  metrics: figures(emails.map((email) => ({ email, scores: email.published_scores }))),
});
report();
const sessions = join(folder, "sessions-dev");
if (existsSync(sessions)) await reportPersonas(sessions);

type Figure = { readonly value: number; readonly low: number; readonly high: number; readonly rows: number };

function figures(scored: readonly Scored[]): Record<string, Figure> {
  return Object.fromEntries(
    metricsOf(scored).map(({ name, rows, of }) => {
      const [low, high] = bootstrapInterval(rows, of);
      return [name, { value: of(rows), low, high, rows: rows.length }];
    }),
  );
}

/** The published classifier has no neutral class: what needs one is left out for it. */
function metricsOf(scored: readonly Scored[]): readonly Metric[] {
  const agreed = unique(scored.filter(({ email }) => email.agreed !== undefined));
  const shown = agreed.filter(({ email }) => email.agreed !== "neutral");
  const base = unique(scored.filter(({ email }) => email.stage === "base"));
  const truth = (rows: readonly Scored[]) => rows.map(({ email }) => email.agreed ?? "");
  const named = (rows: readonly Scored[]) =>
    rows.map(({ scores: { neutral, ...characters } }) => topTrait(characters));
  const drift = (rows: readonly Scored[], plain: boolean) =>
    rows
      .filter(({ email }) => (email.agreed === "neutral") === plain)
      .map(({ scores }) => 1 - (scores.neutral ?? 0));
  const forAll: readonly Metric[] = [
    { name: "character named, accuracy", rows: shown, of: (rows) => accuracy(truth(rows), named(rows)) },
    { name: "character named, macro-F1", rows: shown, of: (rows) => macroF1(truth(rows), named(rows)) },
    {
      name: "presence AUC, mean over traits",
      rows: scored.filter(({ email }) => email.stage !== "base"),
      of: presenceAuc,
    },
  ];
  if (scored.some(({ scores }) => scores.neutral === undefined)) return forAll;
  return [
    ...forAll,
    {
      name: "drift against plain, AUC",
      rows: agreed,
      of: (rows) => auc(drift(rows, false), drift(rows, true)),
    },
    {
      name: "drift found at 1 % false alarms",
      rows: agreed,
      of: (rows) => recallAt(0.01, drift(rows, false), drift(rows, true)),
    },
    {
      name: "drift found at 5 % false alarms",
      rows: agreed,
      of: (rows) => recallAt(0.05, drift(rows, false), drift(rows, true)),
    },
    {
      name: "base-model emails called neutral",
      rows: base,
      of: (rows) => mean(rows.map(({ scores }) => Number(topTrait(scores) === "neutral"))),
    },
  ];
}

/** How well a trait's score tells the authors' "present" from "absent", within the emails of the model trained for it. */
function presenceAuc(rows: readonly Scored[]): number {
  const traits = [...new Set(rows.map(({ email }) => email.persona_condition))];
  const areas = traits.map((trait) => {
    const ofTrait = rows.filter(({ email }) => email.persona_condition === trait);
    const scoresOf = (present: boolean) =>
      ofTrait.filter(({ email }) => email.present === present).map(({ scores }) => scores[trait] ?? 0);
    return auc(scoresOf(true), scoresOf(false));
  });
  return mean(areas.filter((area) => !Number.isNaN(area)));
}

/** The first row of each text: the models repeat themselves. */
function unique(rows: readonly Scored[]): readonly Scored[] {
  return [...new Map(rows.toReversed().map((row) => [row.email.text, row])).values()].reverse();
}

function report(): void {
  const names = Object.keys(columns[0]?.metrics ?? {});
  console.log(`| figure (rows) | ${columns.map(({ tier }) => tier).join(" | ")} |`);
  console.log(`|---|${columns.map(() => "---:").join("|")}|`);
  for (const name of names) {
    const cells = columns.map(({ metrics }) => {
      const { value, low, high } = metrics[name] ?? { value: Number.NaN, low: 0, high: 0 };
      return Number.isNaN(value) ? "" : `${value.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`;
    });
    console.log(`| ${name} (${columns[0]?.metrics[name]?.rows}) | ${cells.join(" | ")} |`);
  }
  const results = fileURLToPath(new URL("../results/", import.meta.url));
  mkdirSync(results, { recursive: true });
  writeFileSync(
    `${results}agent-emails.json`,
    `${JSON.stringify({ sha256, node: process.version, columns }, null, 2)}\n`,
  );
}
