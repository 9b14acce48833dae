import { type Criterion, type Kind, kinds, type PersonaGuard } from "@persona-guard/core";
import { driftLimit } from "./drift-limit.js";

const percentiles = Array.from({ length: 101 }, (_, percent) => percent / 100);

/** By kind, what the confidences of a replay were compared with. */
export type CalibrationSummary = Readonly<Partial<Record<Kind, ReferenceSummary>>>;

interface ReferenceSummary {
  /** In-persona texts it was measured on. */
  readonly texts: number;
  /** Their least confidence, their percentiles 1 to 99, and their greatest. */
  readonly percentiles: readonly number[];
  /** A text below this confidence is drift; absent where a threshold on confidence decides, or none is low enough. */
  readonly driftBelow?: number;
}

export function calibrationSummary(guard: Pick<PersonaGuard, "reference" | "criterion">): CalibrationSummary {
  const found = kinds.flatMap((kind) => {
    const reference = guard.reference(kind);
    return reference.length === 0 ? [] : [[kind, referenceSummary(reference, guard.criterion)] as const];
  });
  return Object.fromEntries(found);
}

/** @param ascending at least one confidence */
function referenceSummary(ascending: readonly number[], criterion: Criterion): ReferenceSummary {
  const driftBelow = "threshold" in criterion ? undefined : driftLimit(criterion.falseAlarmRate, ascending);
  return {
    texts: ascending.length,
    percentiles: percentiles.map((share) => ascending[Math.round(share * (ascending.length - 1))] ?? 0),
    ...(driftBelow === undefined ? {} : { driftBelow }),
  };
}
