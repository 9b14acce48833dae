import { axisX, lineY, rectY, ruleX, ruleY, text } from "@observablehq/plot";
import type { Kind } from "@persona-guard/core";
import { binWidth, type ConfidenceBins, logOddsOf, mostLogOdds, reportKinds } from "../src/report-data.js";
import { chart, chartBox, confidenceAxis } from "./chart.js";
import { driftLimitOf } from "./drift-limit-of.js";
import { element } from "./element.js";
import { confidenceText, counted, countText } from "./number-text.js";
import type { Run } from "./run.js";

const calibrationWords =
  " Line: texts known to be in persona, from the calibration. Bars that stand left of the line tell of a run whose character differs from what was calibrated, even where no single text drifts.";

/** The confidences of this run beside those that the persona's texts had when the scorer was calibrated. */
export function confidenceSection({ bins, summary }: Run): HTMLElement {
  const panels = reportKinds.flatMap((kind) => {
    const ofKind = bins[kind];
    return ofKind === undefined ? [] : kindPanel(kind, ofKind, summary);
  });
  return element(
    "section",
    { "aria-labelledby": "confidence" },
    element("h2", { id: "confidence" }, "Confidence against the calibration"),
    element(
      "p",
      { class: "quiet" },
      "Bars: texts of this run, by confidence on a log-odds scale.",
      summary.calibration !== undefined && calibrationWords,
    ),
    panels.length === 0
      ? element("p", {}, "No text could be scored.")
      : element("div", { class: "panels" }, ...panels),
  );
}

function kindPanel(kind: Kind, { drifted, others }: ConfidenceBins, summary: Run["summary"]): HTMLElement {
  const total = sumOf(drifted) + sumOf(others);
  const reference = summary.calibration?.[kind];
  const limit = driftLimitOf(summary, kind);
  const bars = drifted.map((count, at) => ({
    from: -mostLogOdds + at * binWidth,
    to: -mostLogOdds + (at + 1) * binWidth,
    drifted: count / total,
    share: (count + (others[at] ?? 0)) / total,
    count,
  }));
  const expected =
    reference === undefined
      ? []
      : bars.map((bar) => ({ ...bar, share: shareIn(bar, reference.percentiles) }));
  const highest = Math.max(...bars.map(({ share }) => share), ...expected.map(({ share }) => share));
  const words = [
    `Confidence of ${counted(total, `${kind} text`)}: ${countText(sumOf(drifted))} drifted`,
    `median ${confidenceText(medianOf(bars))}`,
    ...(limit === undefined ? [] : [`drift below ${confidenceText(limit)}`]),
    ...(reference === undefined
      ? []
      : [`calibration median ${confidenceText(reference.percentiles[50] ?? 0)}`]),
  ].join(", ");
  return element(
    "figure",
    { class: "panel" },
    element(
      "figcaption",
      {},
      element("h3", {}, kind, " ", element("span", { class: "quiet" }, counted(total, "text"))),
    ),
    chartBox((width) =>
      chart(words, {
        width,
        height: 170,
        marginLeft: 46,
        marginRight: 12,
        marginTop: 22,
        marginBottom: 30,
        x: { ...confidenceAxis, label: null },
        y: {
          domain: [0, highest * 1.08],
          ticks: 3,
          tickFormat: (share: number) => `${Math.round(100 * share)} %`,
          label: null,
          tickSize: 0,
        },
        marks: [
          axisX({
            ticks: confidenceAxis.ticks.filter((_, at) => width > 340 || at % 2 === 1),
            label: null,
            tickFormat: confidenceAxis.tickFormat,
          }),
          rectY(bars, {
            x1: "from",
            x2: "to",
            y1: "drifted",
            y2: "share",
            fill: "var(--persona)",
            fillOpacity: 0.65,
            insetLeft: 0.5,
            insetRight: 0.5,
          }),
          rectY(bars, {
            x1: "from",
            x2: "to",
            y1: 0,
            y2: "drifted",
            fill: "var(--drift)",
            insetLeft: 0.5,
            insetRight: 0.5,
          }),
          text(
            bars.filter(({ count }) => count > 0),
            {
              x: ({ from, to }) => (from + to) / 2,
              y: "share",
              text: ({ count }) => countText(count),
              dy: -7,
              fill: "var(--drift)",
              fontSize: 11,
            },
          ),
          lineY(expected, {
            x: ({ from, to }) => (from + to) / 2,
            y: "share",
            curve: "step",
            stroke: "var(--ink)",
            strokeWidth: 1.25,
          }),
          ruleY([0], { stroke: "var(--line)" }),
          ...(limit === undefined
            ? []
            : [
                ruleX([logOddsOf(limit)], { stroke: "var(--ink)", strokeDasharray: "2,3" }),
                text([limit], {
                  x: logOddsOf(limit),
                  frameAnchor: "top",
                  dy: -14,
                  dx: logOddsOf(limit) > 0 ? -2 : 2,
                  textAnchor: logOddsOf(limit) > 0 ? "end" : "start",
                  text: () => `drift below ${Number(limit.toPrecision(2))}`,
                  fill: "var(--ink)",
                  fontSize: 11,
                }),
              ]),
        ],
      }),
    ).element,
    reference !== undefined &&
      element(
        "p",
        { class: "quiet" },
        element("span", { class: "key line", "aria-hidden": "true" }),
        `calibration: ${counted(reference.texts, "text")} in persona`,
      ),
  );
}

/** Share of the calibration between two log-odds, from its percentiles. */
function shareIn(
  { from, to }: { readonly from: number; readonly to: number },
  percentiles: readonly number[],
): number {
  const below = (logOdds: number) => {
    if (logOdds <= -mostLogOdds) return 0;
    if (logOdds >= mostLogOdds) return 1;
    const values = percentiles.map(logOddsOf);
    const at = values.findIndex((value) => value > logOdds);
    if (at <= 0) return at === 0 ? 0 : 1;
    const [left, right] = [values[at - 1] ?? 0, values[at] ?? 0];
    return (at - 1 + (logOdds - left) / (right - left)) / (values.length - 1);
  };
  return below(to) - below(from);
}

function medianOf(
  bars: readonly { readonly from: number; readonly to: number; readonly share: number }[],
): number {
  let below = 0;
  const bar = bars.find(({ share }) => {
    below += share;
    return below >= 0.5;
  });
  return bar === undefined ? 0 : 1 / (1 + Math.exp(-(bar.from + bar.to) / 2));
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
