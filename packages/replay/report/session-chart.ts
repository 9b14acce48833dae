import {
  areaY,
  dot,
  gridY,
  line,
  type Markish,
  pointer,
  rectX,
  ruleX,
  ruleY,
  text,
  tip,
} from "@observablehq/plot";
import type { StepOutcome } from "@persona-guard/core";
import { logOddsOf, mostLogOdds } from "../src/report-data.js";
import { chart, confidenceAxis } from "./chart.js";
import { driftLimitOf } from "./drift-limit-of.js";
import { confidenceText, counted } from "./number-text.js";
import { outcomeWords } from "./outcome-words.js";
import type { Run, ShownSession, ShownStep } from "./run.js";
import { visibleText } from "./visible-text.js";

/** More points than this are drawn as a band with the drifted steps on it. */
const mostPoints = 1_500;
/** More points than this are drawn smaller. */
const manyPoints = 200;
const bandBins = 150;
/** Outside the steps, so that the slider below can be as wide as the axis. */
export const sessionMargins = { marginLeft: 46, marginRight: 18 } as const;

interface Point {
  readonly step: ShownStep;
  readonly x: number;
  readonly y: number;
}

export interface SessionChartOptions {
  readonly summary: Run["summary"];
  readonly width: number;
  /** The step whose text is open. */
  readonly open: ShownStep | undefined;
  readonly onOpen: (step: ShownStep) => void;
}

/** Confidence over the steps of one session, with the alarm and the start of the drift. */
export function sessionChart(session: ShownSession, options: SessionChartOptions): Element {
  const { summary, width, open, onOpen } = options;
  const last = session.shownSteps.at(-1)?.index ?? 0;
  const points = pointsOf(session);
  const drawn = chart(sessionInWords(session), {
    width,
    height: 176,
    ...sessionMargins,
    marginTop: 20,
    marginBottom: 30,
    x: {
      domain: [0, Math.max(1, last)],
      label: null,
      ticks: Math.min(last + 1, Math.floor(width / 90)),
      tickFormat: (index: number) => (Number.isInteger(index) ? `${index}` : ""),
    },
    y: {
      ...confidenceAxis,
      ticks: [0.001, 0.1, 0.5, 0.9, 0.999].map(logOddsOf),
      label: null,
      tickSize: 0,
    },
    marks: [
      gridY({ stroke: "var(--line)", strokeOpacity: 1, ticks: [0.001, 0.5, 0.999].map(logOddsOf) }),
      ...driftMarks(session, last, width),
      ...limitMarks(session, summary),
      ...(points.length > mostPoints ? bandOf(points) : [lineOf(points), ...dotsOf(points)]),
      ...(open === undefined
        ? []
        : dotsAround(points.filter(({ step }) => step === open)).concat(
            ruleX([open.index], { stroke: "var(--ink)", strokeWidth: 1 }),
          )),
      tip(
        points.length > mostPoints ? drifted(points) : points,
        pointer({
          x: "x",
          y: "y",
          maxRadius: 60,
          lineWidth: 40,
          lineHeight: 1.3,
          title: ({ step }: Point) => hint(step),
          fill: "var(--paper)",
          stroke: "var(--quiet)",
        }),
      ),
    ],
  });
  drawn.addEventListener("click", () => {
    // Plot's pointer leaves the nearest datum here: one of the points above.
    const nearest = (drawn as Element & { readonly value?: Point | null }).value;
    if (nearest) onOpen(nearest.step);
  });
  return drawn;
}

/** What the chart shows, for those who do not see it. */
export function sessionInWords({ id, steps, drifted: count, alarm, start }: ShownSession): string {
  const parts = [`Confidence over ${counted(steps, "step")} of session ${visibleText(id)}: ${count} drifted`];
  if (alarm !== undefined) parts.push(`alarm at step ${alarm}`);
  if (start !== undefined) parts.push(`the drift most likely began at step ${start}`);
  return parts.join(", ");
}

/** A step without a confidence stands on the upper edge if it is silent or undecided, on the lower if it could not be scored. */
function pointsOf({ shownSteps }: ShownSession): readonly Point[] {
  return shownSteps.flatMap((step) => {
    if (step.outcome === "silent") return [];
    const edge = step.outcome === "unscored" ? -mostLogOdds : mostLogOdds;
    const y = step.confidence === undefined ? edge : logOddsOf(step.confidence);
    return { step, x: step.index, y };
  });
}

/** The stretch from the drift's start to the alarm, and what the two are; in one label where there is no room for two. */
function driftMarks({ alarm, start }: ShownSession, last: number, width: number): readonly Markish[] {
  if (alarm === undefined) return [];
  const alarmWords = `alarm, step ${alarm}`;
  const from = start === undefined || start === alarm ? undefined : start;
  const startWords = from === undefined ? "" : `drift began, step ${from}`;
  const both = from === undefined ? alarmWords : `${startWords} · ${alarmWords}`;
  const perStep = (width - sessionMargins.marginLeft - sessionMargins.marginRight) / Math.max(1, last);
  const fitsLeft = (at: number, words: string) => at * perStep + sessionMargins.marginLeft > widthOf(words);
  const fitsRight = (at: number, words: string) =>
    (last - at) * perStep + sessionMargins.marginRight > widthOf(words);
  const isApart = from !== undefined && fitsLeft(from, startWords) && fitsRight(alarm, alarmWords);
  const labels = isApart
    ? [label(from, startWords, "end"), label(alarm, alarmWords, "start")]
    : [label(alarm, both, fitsLeft(alarm, both) ? "end" : "start")];
  return [
    ...(from === undefined
      ? []
      : [
          rectX([from], { x1: from, x2: alarm, fill: "var(--drift)", fillOpacity: 0.1 }),
          ruleX([from], { stroke: "var(--drift)", strokeDasharray: "3,3" }),
        ]),
    ruleX([alarm], { stroke: "var(--drift)", strokeWidth: 2 }),
    ...labels,
  ];
}

function label(at: number, words: string, anchor: "start" | "end"): Markish {
  return text([at], {
    x: at,
    frameAnchor: "top",
    dy: -12,
    dx: anchor === "start" ? 3 : -3,
    text: () => words,
    textAnchor: anchor,
    fill: "var(--ink)",
  });
}

/** Of a label in its font, in pixels, rather more than less. */
function widthOf(words: string): number {
  return words.length * 6.6;
}

/** One rule per limit that holds in this session. */
function limitMarks({ shownSteps }: ShownSession, summary: Run["summary"]): readonly Markish[] {
  const kinds = new Set(shownSteps.flatMap(({ utterances }) => utterances.map(({ kind }) => kind)));
  const limits = new Set([...kinds].flatMap((kind) => driftLimitOf(summary, kind) ?? []));
  return [...limits].map((limit) =>
    ruleY([logOddsOf(limit)], { stroke: "var(--quiet)", strokeDasharray: "1,3" }),
  );
}

function lineOf(points: readonly Point[]): Markish {
  const known = points.filter(({ step }) => step.confidence !== undefined);
  return line(known, { x: "x", y: "y", stroke: "var(--quiet)", strokeWidth: 1, strokeOpacity: 0.45 });
}

/** Outcomes differ in shape and colour. */
function dotsOf(points: readonly Point[]): readonly Markish[] {
  const of = (outcome: StepOutcome) => points.filter(({ step }) => step.outcome === outcome);
  const at = { x: "x", y: "y" } as const;
  return [
    dot(of("in-persona"), { ...at, r: 2.6, fill: "var(--persona)" }),
    dot(of("undecided"), { ...at, r: 3, fill: "var(--paper)", stroke: "var(--quiet)", strokeWidth: 1.4 }),
    dot(of("unscored"), { ...at, r: 4, symbol: "times", stroke: "var(--unscored)", strokeWidth: 2 }),
    dot(of("drifted"), {
      ...at,
      r: points.length > manyPoints ? 3 : 4.6,
      symbol: "diamond",
      fill: "var(--drift)",
    }),
  ];
}

function dotsAround(points: readonly Point[]): Markish[] {
  return [dot(points, { x: "x", y: "y", r: 8, stroke: "var(--ink)", strokeWidth: 2 })];
}

/** The middle nine tenths of each stretch of steps, and its median. */
function bandOf(points: readonly Point[]): readonly Markish[] {
  const known = points.filter(({ step }) => step.confidence !== undefined);
  const size = Math.ceil(known.length / bandBins);
  const stretches = Array.from({ length: Math.ceil(known.length / size) }, (_, at) => {
    const stretch = known.slice(at * size, (at + 1) * size);
    const ascending = stretch.map(({ y }) => y).sort((a, b) => a - b);
    const quantile = (share: number) => ascending[Math.round(share * (ascending.length - 1))] ?? 0;
    return { x: stretch[0]?.x ?? 0, low: quantile(0.05), middle: quantile(0.5), high: quantile(0.95) };
  });
  return [
    areaY(stretches, { x: "x", y1: "low", y2: "high", fill: "var(--persona)", fillOpacity: 0.25 }),
    line(stretches, { x: "x", y: "middle", stroke: "var(--persona)", strokeWidth: 1.2 }),
    ...dotsOf(drifted(points)),
  ];
}

function drifted(points: readonly Point[]): readonly Point[] {
  return points
    .filter(({ step }) => step.outcome === "drifted")
    .toSorted((a, b) => a.y - b.y)
    .slice(0, mostPoints);
}

function hint({ index, outcome, confidence, utterances }: ShownStep): string {
  const traits = [...new Set(utterances.flatMap(({ trait }) => trait ?? []))].join(", ");
  const found = confidence === undefined ? "" : `, confidence ${confidenceText(confidence)}`;
  return visibleText(
    `Step ${index}: ${outcomeWords[outcome]}${traits === "" ? "" : ` to ${traits}`}${found}`,
  );
}
