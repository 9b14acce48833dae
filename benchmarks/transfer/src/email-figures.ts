import { type TraitScores, topTrait } from "@persona-guard/core";
import type { AgentEmail } from "./agent-emails.js";
import { accuracy, auc, bootstrapInterval, macroF1, mean, recallAt } from "./metrics.js";

/** An email and the scores that a classifier gives it. */
export interface ScoredEmail {
  readonly email: AgentEmail;
  readonly scores: TraitScores;
}

/** A figure with its 95 % interval, and the emails it was found on. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly rows: number;
}

interface Metric {
  readonly name: string;
  readonly rows: readonly ScoredEmail[];
  readonly of: (rows: readonly ScoredEmail[]) => number;
}

/** Every figure of one classifier; what needs a neutral class is left out for one that has none. */
export function emailFigures(scored: readonly ScoredEmail[]): readonly Figure[] {
  const hasNeutral = scored.every(({ scores }) => scores.neutral !== undefined);
  const metrics = [
    ...namingMetrics(scored),
    ...presenceMetrics(scored),
    ...(hasNeutral ? driftMetrics(scored) : []),
  ];
  return metrics.map(({ name, rows, of }) => {
    const [low, high] = bootstrapInterval(rows, of);
    return { name, value: of(rows), low, high, rows: rows.length };
  });
}

/** Which of the eleven characters it is: by two readers, and by the character that the model was trained for. */
function namingMetrics(scored: readonly ScoredEmail[]): readonly Metric[] {
  const shown = agreedRows(scored).filter(({ email }) => email.agreed !== "neutral");
  const trained = scored.filter(({ email }) => email.stage === "full");
  const read = (rows: readonly ScoredEmail[]) => rows.map(({ email }) => email.agreed ?? "");
  const condition = (rows: readonly ScoredEmail[]) => rows.map(({ email }) => email.persona_condition);
  const named = (rows: readonly ScoredEmail[]) =>
    rows.map(({ scores: { neutral, ...characters } }) => topTrait(characters));
  return [
    { name: "character named, accuracy", rows: shown, of: (rows) => accuracy(read(rows), named(rows)) },
    { name: "character named, macro-F1", rows: shown, of: (rows) => macroF1(read(rows), named(rows)) },
    {
      name: "condition named, stage full, macro-F1",
      rows: trained,
      of: (rows) => macroF1(condition(rows), named(rows)),
    },
    {
      name: "condition named, marked present, macro-F1",
      rows: trained.filter(({ email }) => email.present),
      of: (rows) => macroF1(condition(rows), named(rows)),
    },
  ];
}

/** How well a trait's score tells the authors' "present" from "absent", among the emails of the models trained for it. */
function presenceMetrics(scored: readonly ScoredEmail[]): readonly Metric[] {
  const rows = scored.filter(({ email }) => email.stage !== "base");
  const traits = [...new Set(rows.map(({ email }) => email.persona_condition))].sort();
  return [
    {
      name: "presence AUC, mean over traits",
      rows,
      of: (sample) =>
        mean(traits.map((trait) => presenceAuc(trait, sample)).filter((area) => !Number.isNaN(area))),
    },
    ...traits.map((trait) => ({
      name: `presence AUC, ${trait}`,
      rows: rows.filter(({ email }) => email.persona_condition === trait),
      of: (sample: readonly ScoredEmail[]) => presenceAuc(trait, sample),
    })),
  ];
}

/** Whether an email shows any character, and whether the base models' emails are called plain. */
function driftMetrics(scored: readonly ScoredEmail[]): readonly Metric[] {
  const agreed = agreedRows(scored);
  const drift = (rows: readonly ScoredEmail[], plain: boolean) =>
    rows
      .filter(({ email }) => (email.agreed === "neutral") === plain)
      .map(({ scores }) => 1 - (scores.neutral ?? 0));
  return [
    {
      name: "drift against plain, AUC",
      rows: agreed,
      of: (rows) => auc(drift(rows, false), drift(rows, true)),
    },
    ...[0.01, 0.05].map((rate) => ({
      name: `drift found at ${100 * rate} % false alarms`,
      rows: agreed,
      of: (rows: readonly ScoredEmail[]) => recallAt(rate, drift(rows, false), drift(rows, true)),
    })),
    {
      name: "base-model emails called neutral",
      rows: unique(scored.filter(({ email }) => email.stage === "base")),
      of: (rows) => mean(rows.map(({ scores }) => Number(topTrait(scores) === "neutral"))),
    },
  ];
}

function presenceAuc(trait: string, rows: readonly ScoredEmail[]): number {
  const scoresOf = (present: boolean) =>
    rows
      .filter(({ email }) => email.persona_condition === trait && email.present === present)
      .map(({ scores }) => scores[trait] ?? 0);
  return auc(scoresOf(true), scoresOf(false));
}

/** The emails that both readers see alike, equal texts once. */
function agreedRows(scored: readonly ScoredEmail[]): readonly ScoredEmail[] {
  return unique(scored.filter(({ email }) => email.agreed !== undefined));
}

/** The first row of each text: the models repeat themselves. */
function unique(rows: readonly ScoredEmail[]): readonly ScoredEmail[] {
  return [...new Map(rows.toReversed().map((row) => [row.email.text, row])).values()].reverse();
}
