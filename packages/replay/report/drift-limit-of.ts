import type { Kind } from "@persona-guard/core";
import type { ReportSummary } from "../src/report-data.js";

/** The confidence below which a text of this kind is drift; undefined where it is not known. */
export function driftLimitOf(
  { criterion, calibration }: ReportSummary,
  kind: Kind | undefined,
): number | undefined {
  if ("threshold" in criterion) return criterion.threshold;
  return kind === undefined ? undefined : calibration?.[kind]?.driftBelow;
}
