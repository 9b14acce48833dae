import { type GateResult, type Place, placeName, type Share, type Summary } from "@persona-guard/replay";
import type { Colors } from "picocolors/types.js";
import { visible } from "./command.js";
import { percent } from "./percent.js";

/** Alarmed sessions that the report names; summary.json names more. */
const mostSessionsNamed = 5;

/** The summary for a person to read. */
export function replayReport(summary: Summary, gates: readonly GateResult[], colors: Colors): string {
  const { persona, criterion, steps, utterances, sessions, unreadable, seconds } = summary;
  const drift =
    "threshold" in criterion
      ? `confidence below ${criterion.threshold}`
      : `false-alarm rate ${criterion.falseAlarmRate}`;
  const lines: (readonly [string, string])[] = [
    ["persona", `${persona.name} ${persona.version}, ${drift}, scored by ${summary.classifier}`],
    ["steps", `${countsOf(steps)}, silent ${steps.silent}`],
    ["drifted", (steps.drifted > 0 ? colors.red : colors.green)(shareText(summary.driftedSteps, "steps"))],
    ["coverage", coverageText(summary)],
    ["utterances", countsOf(utterances)],
    ...Object.entries(summary.byKind).map(
      ([kind, counts]) => [`  ${kind}`, `${counts.total}: ${shareText(counts.share)}`] as const,
    ),
    ["drifted to", listed(summary.driftedTo)],
    [
      "sessions",
      `${sessions.total}${sampleText(summary)}, with an alarm ${sessions.alarmed}${alarmedNames(sessions)}`,
    ],
    ...Object.entries(summary.fleet).flatMap(([model, { highest, alarm }]) =>
      alarm === undefined
        ? []
        : [
            [
              "fleet",
              `${colors.red("alarm")} for ${visible(model)} at session ${visible(alarm.session)}, step ${alarm.index} (statistic ${highest.toPrecision(3)})`,
            ] as const,
          ],
    ),
    ["unreadable", unreadable.total === 0 ? "none" : colors.yellow(`${unreadable.total}`)],
    ["time", `${seconds.toFixed(1)} s, ${Math.round(steps.total / Math.max(seconds, 0.001))} steps/s`],
    ...gates.map((gate) => ["gate", gateText(gate, colors)] as const),
  ];
  const table = lines.map(([name, text]) => `${name.padEnd(12)}${text}`).join("\n");
  return summary.worst.length === 0
    ? table
    : `${table}\n\nFurthest from the persona\n${worstOf(summary, colors)}`;
}

function countsOf(counts: Summary["utterances"]): string {
  const { total, drifted, undecided, unscored } = counts;
  return `${total}: in-persona ${counts["in-persona"]}, drifted ${drifted}, undecided ${undecided}, unscored ${unscored}`;
}

function coverageText({ coverage: { count, of, share } }: Summary): string {
  return `${count} judged of ${of} steps that say something${share === undefined ? "" : `, ${percent(share)} %`}`;
}

function sampleText({ sample }: Summary): string {
  return sample === undefined ? "" : ` drawn from ${sample.of} by seed ${sample.seed}`;
}

/** "3 of 60 judged steps, 5.0 % (95 % interval 1.7-13.7 %)". */
function shareText({ count, of, share, low, high }: Share, what = ""): string {
  const judged = `${count} drifted of ${of} judged${what === "" ? "" : ` ${what}`}`;
  if (share === undefined || low === undefined || high === undefined) return judged;
  return `${judged}, ${percent(share)} % (95 % interval ${percent(low)}-${percent(high)} %)`;
}

function listed(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([label, count]) => `${label} ${count}`);
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

function alarmedNames({ alarmedIds, alarmed }: Summary["sessions"]): string {
  if (alarmed === 0) return "";
  const named = alarmedIds.slice(0, mostSessionsNamed).join(", ");
  return `: ${named}${alarmed > mostSessionsNamed ? ", …" : ""}`;
}

function gateText({ gate, limit, value, passed }: GateResult, colors: Colors): string {
  if (value === undefined) return colors.yellow(`${gate} ${limit}: not decided, no step could be judged`);
  const found = `${gate} ${limit}: ${Number(value.toFixed(4))}, `;
  return found + (passed ? colors.green("passed") : colors.red("failed"));
}

function worstOf({ worst }: Summary, colors: Colors): string {
  return worst
    .flatMap(({ source, session, index, confidence, utterances }) => [
      `  ${whereOf(source, session)}, step ${index}, confidence ${confidence?.toFixed(3)}`,
      ...utterances.flatMap(({ driftedTo, field, evidence }) =>
        driftedTo === undefined
          ? []
          : evidence.map(({ text }) => `    ${colors.red(driftedTo)} in ${field}: “${visible(text)}”`),
      ),
    ])
    .join("\n");
}

/** A session that is named by its file needs no place besides. */
function whereOf(source: Place, session: string): string {
  const named = `session ${visible(session)}`;
  return session.startsWith(source.file) ? named : `${placeName(source)} ${named}`;
}
