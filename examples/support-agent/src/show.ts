import type { DriftEvent } from "@persona-guard/core";
import pc from "picocolors";
import type { Email } from "./agent.js";

export function heading(text: string): void {
  console.log(`\n${pc.bold(text)}`);
}

/** One judged draft: its verdict, where it drifted, and what is done about it. */
export function showDraft(event: DriftEvent): void {
  const draft = event.attempt === 1 ? "draft" : `redraft ${event.attempt - 1}`;
  console.log(`\n${pc.dim(`step ${event.index + 1}, ${draft}`)}  ${verdictInColour(event)}`);
  for (const { field, outcome, confidence, driftedTo, evidence } of event.utterances) {
    if (outcome === "undecided") continue;
    const trait = driftedTo === undefined ? "" : pc.red(`, drifted to ${driftedTo}`);
    console.log(`  ${pc.cyan(field)} ${pc.dim(`in persona ${percent(confidence)}`)}${trait}`);
    for (const { text } of evidence) console.log(`    ${pc.yellow("›")} ${pc.italic(text)}`);
  }
  if (event.action === "reprompt") {
    const cost =
      event.rejectedTokens === undefined
        ? ""
        : ` (the rejected draft cost ${event.rejectedTokens.output} tokens)`;
    console.log(`  ${pc.magenta("↻ not sent; the model is asked to write it again")}${pc.dim(cost)}`);
  }
  if (event.action === "block") console.log(`  ${pc.red("✕ withheld")}`);
  if (event.rescue !== undefined) {
    console.log(
      `  ${pc.green("✓ rescued")} ${pc.dim(`${percent(event.rescue.before)} → ${percent(event.rescue.after)}`)}`,
    );
  }
}

function verdictInColour({ outcome, scoringMs }: DriftEvent): string {
  const word = {
    drifted: pc.red,
    "in-persona": pc.green,
    undecided: pc.yellow,
    unscored: pc.yellow,
    silent: pc.dim,
  }[outcome];
  return `${word(outcome === "silent" ? "says nothing" : outcome)} ${pc.dim(`${scoringMs.toFixed(1)} ms`)}`;
}

export function showEmail({ to, subject, body }: Email): void {
  const lines = body.split("\n").map((line) => `  ${pc.dim("│")} ${line}`);
  console.log(`  ${pc.blue("✉ sent to")} ${to}: ${pc.bold(subject)}\n${lines.join("\n")}`);
}

export function showReply(text: string): void {
  console.log(`  ${pc.blue("reply")} ${text}`);
}

/** The table at the end: what the guard did in this run. */
export function showTotals(events: readonly DriftEvent[]): void {
  const times = events.filter(({ outcome }) => outcome !== "silent").map(({ scoringMs }) => scoringMs);
  const count = (keep: (event: DriftEvent) => boolean) => events.filter(keep).length;
  const rows: readonly (readonly [string, string])[] = [
    ["drafts judged", String(events.length)],
    ["scored", String(count(({ outcome }) => outcome === "in-persona" || outcome === "drifted"))],
    ["drifted", String(count(({ outcome }) => outcome === "drifted"))],
    ["rescued", String(count(({ rescue }) => rescue !== undefined))],
    ["blocked", String(count(({ action }) => action === "block"))],
    ["unscored", String(count(({ outcome }) => outcome === "unscored"))],
    [
      "time per scored draft",
      `${(times.reduce((sum, ms) => sum + ms, 0) / Math.max(1, times.length)).toFixed(1)} ms`,
    ],
  ];
  for (const [name, value] of rows) console.log(`  ${name.padEnd(22)} ${pc.bold(value.padStart(8))}`);
}

function percent(share: number | undefined): string {
  return share === undefined ? "?" : `${(share * 100).toFixed(1)} %`;
}
