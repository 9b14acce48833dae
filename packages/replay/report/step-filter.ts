import type { ShownStep } from "./run.js";

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

/** The values that the steps have for each filter, the most frequent first. One pass without a list in it: steps are many. */
export function filterChoices(
  steps: readonly ShownStep[],
): Readonly<Record<keyof StepFilter, readonly string[]>> {
  const counts = {
    outcome: new Map<string, number>(),
    trait: new Map<string, number>(),
    kind: new Map<string, number>(),
    tool: new Map<string, number>(),
    model: new Map<string, number>(),
    session: new Map<string, number>(),
  };
  for (const step of steps) {
    count(counts.outcome, step.outcome);
    count(counts.model, step.model);
    count(counts.session, step.session.id);
    for (const { trait, kind, tool } of step.utterances) {
      count(counts.trait, trait);
      count(counts.kind, kind);
      count(counts.tool, tool);
    }
  }
  const ranked = (of: ReadonlyMap<string, number>) =>
    [...of].sort(([, a], [, b]) => b - a).map(([value]) => value);
  const { outcome, trait, kind, tool, model, session } = counts;
  return {
    outcome: ranked(outcome),
    trait: ranked(trait),
    kind: ranked(kind),
    tool: ranked(tool),
    model: ranked(model),
    session: ranked(session),
  };
}

function count(counts: Map<string, number>, value: string | undefined): void {
  if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
}
