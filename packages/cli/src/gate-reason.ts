import { type GateResult, placeName, type Summary } from "@persona-guard/replay";
import { visible } from "./command.js";

/** Why a replay did not pass, in two lines: what was found, and where to look. Undefined if every gate passed. */
export function gateReason(summary: Summary, gates: readonly GateResult[]): string | undefined {
  const failed = gates.filter(({ passed }) => !passed);
  if (failed.length === 0) return undefined;
  const found = failed.map(({ gate, limit, finding }) => `${gate} ${Number(limit.toFixed(4))}: ${finding}`);
  return `${failed.length === 1 ? "Gate" : "Gates"} failed: ${found.join("; ")}.\n${whereToLook(summary, failed)}`;
}

function whereToLook(
  { driftedTo, driftedUtterances, worst, steps }: Summary,
  failed: readonly GateResult[],
): string {
  if (failed.every(({ gate }) => gate === "min-coverage"))
    return `Not judged: ${steps.undecided} undecided, ${steps.unscored} unscored; "reason" in verdicts.jsonl says why.`;
  const [label, count] = Object.entries(driftedTo)[0] ?? ["nothing", 0];
  const [furthest] = worst;
  const place =
    furthest === undefined
      ? ""
      : `; furthest from the persona: ${placeName(furthest.source)} session ${visible(furthest.session)}, step ${furthest.index}`;
  return `Mostly ${label}, ${count} of ${driftedUtterances.count} drifted texts${place}.`;
}
