import { dot, ruleX, ruleY, text } from "@observablehq/plot";
import { chart, chartBox } from "./chart.js";
import { element } from "./element.js";
import { counted, countText, intervalText, percentText } from "./number-text.js";
import { outcomeWords } from "./outcome-words.js";
import type { Run } from "./run.js";

/** The answer before everything else: how much drift, in how many sessions, and how much of the run could be judged. */
export function headline({ summary }: Run): HTMLElement {
  const { persona, classifier, criterion, complete, seconds, sample } = summary;
  const what =
    "threshold" in criterion
      ? `confidence below ${criterion.threshold}`
      : `false-alarm rate ${criterion.falseAlarmRate}`;
  return element(
    "header",
    {},
    element("p", { class: "kicker" }, "persona-guard drift report"),
    element("h1", {}, persona.name, " ", element("span", { class: "quiet" }, `version ${persona.version}`)),
    element(
      "p",
      { class: "quiet" },
      `Drift: ${what} · scored by ${classifier} · ${counted(summary.steps.total, "step")} in ${seconds.toFixed(1)} s`,
    ),
    sample !== undefined &&
      element(
        "p",
        { class: "quiet" },
        `A sample of ${countText(sample.sessions)} of ${counted(sample.of, "session")}, seed ${sample.seed}`,
      ),
    !complete && element("p", { class: "notice" }, "Interrupted: this is what had been judged until then."),
    element("div", { class: "figures" }, driftRate(summary), alarms(summary), coverage(summary)),
    ...gates(summary),
    ...summary.warnings.map((warning) => element("p", { class: "notice" }, `Warning: ${warning}`)),
  );
}

function driftRate({ driftedSteps, gates }: Run["summary"]): HTMLElement {
  const { share, low, high, count, of } = driftedSteps;
  if (share === undefined || low === undefined || high === undefined)
    return figure("–", "drift rate", element("p", {}, "No step could be judged."));
  const limit = gates.find(({ gate }) => gate === "max-drift-rate")?.limit;
  const interval = intervalText(driftedSteps);
  const label = `Drift rate ${percentText(share)}, 95 % interval ${interval}${limit === undefined ? "" : `, gate at ${percentText(limit)}`}`;
  return figure(
    percentText(share),
    "drift rate",
    element("p", {}, `95 % interval ${interval}`),
    chartBox((width) =>
      chart(label, {
        width,
        height: limit === undefined ? 34 : 50,
        marginTop: limit === undefined ? 6 : 22,
        marginBottom: 20,
        marginLeft: 12,
        marginRight: 26,
        x: {
          domain: [0, Math.max(high, limit ?? 0) * 1.15],
          ticks: 3,
          tickFormat: (value: number) => `${Number((100 * value).toPrecision(3))} %`,
          label: null,
          tickSize: 3,
        },
        y: { axis: null, domain: [-1, 1] },
        marks: [
          ruleX([0], { stroke: "var(--line)" }),
          ruleY([0], { x1: low, x2: high, stroke: "var(--drift)", strokeWidth: 3, strokeOpacity: 0.5 }),
          dot([0], { x: share, y: 0, r: 4.5, fill: "var(--drift)" }),
          ...(limit === undefined
            ? []
            : [
                ruleX([limit], { stroke: "var(--ink)", strokeWidth: 1.5 }),
                text([limit], {
                  x: limit,
                  frameAnchor: "top",
                  dy: -12,
                  text: () => "gate",
                  fill: "var(--ink)",
                }),
              ]),
        ],
      }),
    ).element,
    element("p", { class: "quiet" }, `${countText(count)} of ${counted(of, "judged step")} drifted`),
  );
}

function alarms({ sessions, fleet }: Run["summary"]): HTMLElement {
  const alarmedModels = Object.entries(fleet).flatMap(([model, { alarm }]) =>
    alarm === undefined
      ? []
      : [
          element(
            "p",
            {},
            `All sessions of ${model} together: alarm at session ${alarm.session}, step ${alarm.index}`,
          ),
        ],
  );
  return figure(
    countText(sessions.alarmed),
    sessions.alarmed === 1 ? "session alarmed" : "sessions alarmed",
    element("p", {}, `of ${counted(sessions.total, "session")}`),
    ...alarmedModels,
  );
}

function coverage({ steps }: Run["summary"]): HTMLElement {
  const speaking = steps.total - steps.silent;
  const scored = steps["in-persona"] + steps.drifted;
  const parts = [
    { name: "scored", count: scored },
    { name: "undecided", count: steps.undecided },
    { name: "unscored", count: steps.unscored },
  ];
  const bar = element("div", { class: "bar", "aria-hidden": "true" });
  for (const { name, count } of parts) {
    const part = element("span", { class: `part ${name}` });
    part.style.flexGrow = `${count}`;
    if (count > 0) bar.append(part);
  }
  return figure(
    speaking === 0 ? "–" : percentText(scored / speaking),
    "coverage",
    element("p", {}, `of ${counted(speaking, "step")} that say something`),
    bar,
    element(
      "ul",
      { class: "legend" },
      ...parts.map(({ name, count }) =>
        element(
          "li",
          {},
          element("span", { class: `key ${name}`, "aria-hidden": "true" }),
          `${countText(count)} ${name === "unscored" ? outcomeWords.unscored : name}`,
        ),
      ),
      element("li", { class: "quiet" }, `${countText(steps.silent)} silent steps aside`),
    ),
  );
}

function figure(value: string, name: string, ...details: readonly HTMLElement[]): HTMLElement {
  return element(
    "section",
    { class: "figure" },
    element("h2", {}, element("strong", {}, value), " ", name),
    ...details,
  );
}

function gates({ gates }: Run["summary"]): readonly HTMLElement[] {
  if (gates.length === 0) return [];
  const rows = gates.map(({ gate, limit, value, passed, finding }) => {
    const state = passed ? "passed" : value === undefined ? "not decided" : "failed";
    return element(
      "li",
      { class: `gate ${passed ? "passed" : "failed"}` },
      element("strong", {}, `${passed ? "✓" : "✗"} ${state}`),
      ` ${gate} ${Number(limit.toPrecision(3))}: ${finding}`,
    );
  });
  return [element("ul", { class: "gates", "aria-label": "Gates" }, ...rows)];
}
