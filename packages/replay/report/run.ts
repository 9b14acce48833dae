import type { Kind, StepOutcome } from "@persona-guard/core";
import {
  type ReportData,
  type ReportSession,
  reply,
  reportKinds,
  reportOutcomes,
  type StepText,
} from "../src/report-data.js";

/** The report's columns as what they stand for. */
export interface Run extends Pick<ReportData, "summary" | "groups" | "bins"> {
  readonly sessions: readonly ShownSession[];
  readonly steps: readonly ShownStep[];
}

export interface ShownSession extends ReportSession {
  readonly shownSteps: readonly ShownStep[];
}

export interface ShownStep {
  /** In verdicts.jsonl, from 1: its name in links, too. */
  readonly line: number;
  readonly session: ShownSession;
  readonly index: number;
  readonly outcome: StepOutcome;
  readonly confidence: number | undefined;
  readonly model: string;
  /** "monday.jsonl:118" */
  readonly place: string;
  readonly utterances: readonly ShownUtterance[];
  readonly text: StepText | undefined;
}

export interface ShownUtterance {
  readonly kind: Kind | undefined;
  readonly field: string;
  readonly tool: string;
  readonly outcome: StepOutcome;
  readonly confidence: number | undefined;
  readonly trait: string | undefined;
  readonly reason: string | undefined;
}

export function runOf({ summary, groups, bins, sessions, names, steps, utterances, texts }: ReportData): Run {
  const shown = sessions.map((session) => ({ ...session, shownSteps: [] as ShownStep[] }));
  const all: ShownStep[] = [];
  let next = 0;
  const utteranceAt = (at: number): ShownUtterance => {
    const field = names.fields[utterances.field[at] ?? -1];
    return {
      kind: reportKinds[utterances.kind[at] ?? -1],
      field: field?.name ?? "",
      tool: field?.tool ?? reply,
      outcome: reportOutcomes[utterances.outcome[at] ?? -1] ?? "unscored",
      confidence: present(utterances.confidence[at]),
      trait: names.traits[utterances.trait[at] ?? -1],
      reason: names.reasons[utterances.reason[at] ?? -1],
    };
  };
  for (const [position, line] of steps.line.entries()) {
    const session = shown[steps.session[position] ?? -1];
    if (session === undefined) continue;
    const first = next;
    next += steps.utterances[position] ?? 0;
    const step: ShownStep = {
      line,
      session,
      index: steps.index[position] ?? 0,
      outcome: reportOutcomes[steps.outcome[position] ?? -1] ?? "unscored",
      confidence: present(steps.confidence[position]),
      model: names.models[steps.model[position] ?? -1] ?? "",
      place: placeText(
        names.files[steps.file[position] ?? -1] ?? "",
        present(steps.fileLine[position]),
        present(steps.fileRecord[position]),
      ),
      utterances: Array.from({ length: next - first }, (_, at) => utteranceAt(first + at)),
      text: texts[position],
    };
    session.shownSteps.push(step);
    all.push(step);
  }
  return { summary, groups, bins, sessions: shown, steps: all };
}

function present(value: number | undefined): number | undefined {
  return value === undefined || value < 0 ? undefined : value;
}

function placeText(file: string, line: number | undefined, record: number | undefined): string {
  if (line !== undefined) return `${file}:${line}`;
  return record === undefined ? file : `${file}[${record}]`;
}
