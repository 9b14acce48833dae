import type { DriftEvent } from "@persona-guard/core";
import type { Colors } from "picocolors/types.js";
import { visible } from "./command.js";

/** Sentences that are shown of one text. */
const mostEvidence = 3;

/** One line for a step; what drifted follows with its evidence, what could not be scored with the reason. */
export function eventLine(event: DriftEvent, colors: Colors): string {
  const { at, persona, session, index, attempt, outcome, confidence, model, action, rescue } = event;
  const alarms = [
    ...(event.sessionAlarm ? [`session alarm since step ${event.sessionStart ?? index}`] : []),
    ...(event.fleet?.alarm ? [`fleet alarm: ${visible(event.fleet.model)}`] : []),
  ];
  const parts = [
    colors.dim(at.slice(11, 19)),
    painted(outcome, colors)(outcome.padEnd(10)),
    confidence === undefined ? "    " : confidence.toFixed(2),
    visible(persona.name),
    `${visible(session)} #${index}${attempt > 1 ? ` redraft ${attempt - 1}` : ""}`,
    ...(model === undefined ? [] : [colors.dim(visible(model))]),
    ...(action === "none" || action === "log" ? [] : [`→ ${action}`]),
    ...(rescue === undefined
      ? []
      : [colors.green(`rescued ${rescue.before.toFixed(2)} → ${rescue.after.toFixed(2)}`)]),
    ...alarms.map((alarm) => colors.magenta(`! ${alarm}`)),
  ];
  return [parts.join("  "), ...event.utterances.flatMap((utterance) => detailsOf(utterance, colors))].join(
    "\n",
  );
}

function detailsOf(utterance: DriftEvent["utterances"][number], colors: Colors): readonly string[] {
  const { outcome, field, kind, driftedTo, reason, evidence } = utterance;
  const where = `          ${visible(field)} (${kind})`;
  if (outcome === "unscored") return [`${where}  ${colors.yellow(visible(reason ?? "no reason given"))}`];
  if (outcome !== "drifted") return [];
  const sentences = evidence.slice(0, mostEvidence).map(({ text }) => `            “${visible(text)}”`);
  return [`${where}  ${colors.red(visible(driftedTo ?? "drifted"))}`, ...sentences];
}

function painted(outcome: DriftEvent["outcome"], colors: Colors): Colors["red"] {
  switch (outcome) {
    case "drifted":
      return colors.red;
    case "unscored":
      return colors.yellow;
    case "in-persona":
      return colors.green;
    case "undecided":
    case "silent":
      return colors.dim;
  }
}
