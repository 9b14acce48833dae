import type { ShownStep, ShownUtterance } from "./run.js";

/** What each filter asks for; an absent one lets everything pass. */
export interface StepFilter {
  readonly outcome?: string;
  readonly trait?: string;
  readonly kind?: string;
  readonly tool?: string;
  readonly model?: string;
  readonly session?: string;
}

export const filterNames = [
  "outcome",
  "trait",
  "kind",
  "tool",
  "model",
  "session",
] as const satisfies readonly (keyof StepFilter)[];

/** Whether a step is asked for: one of its utterances must fit what is asked of utterances, all of it. */
export function fits(step: ShownStep, filter: StepFilter): boolean {
  const { outcome, trait, kind, tool, model, session } = filter;
  if (model !== undefined && step.model !== model) return false;
  if (session !== undefined && step.session.id !== session) return false;
  if (step.utterances.length === 0)
    return (
      [trait, kind, tool].every((asked) => asked === undefined) && (outcome ?? step.outcome) === step.outcome
    );
  return step.utterances.some(
    (one) =>
      (outcome ?? one.outcome) === one.outcome &&
      (trait ?? one.trait) === one.trait &&
      (kind ?? one.kind) === one.kind &&
      (tool ?? one.tool) === one.tool,
  );
}

/** The values that the steps have for a filter, the most frequent first. */
export function choicesFor(name: keyof StepFilter, steps: readonly ShownStep[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const step of steps) {
    for (const value of valuesOf(name, step)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([value]) => value);
}

function valuesOf(name: keyof StepFilter, step: ShownStep): readonly string[] {
  switch (name) {
    case "model":
      return [step.model];
    case "session":
      return [step.session.id];
    case "outcome":
      return [step.outcome];
    case "trait":
    case "kind":
    case "tool":
      return step.utterances.flatMap((one: ShownUtterance) => one[name] ?? []);
  }
}
