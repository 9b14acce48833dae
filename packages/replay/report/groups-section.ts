import { dot, ruleX, ruleY } from "@observablehq/plot";
import type { Grouping, ReportGroup } from "../src/report-data.js";
import type { Share } from "../src/share.js";
import { chart, chartBox } from "./chart.js";
import { button, element } from "./element.js";
import { countText, intervalText, percentText } from "./number-text.js";
import type { Run } from "./run.js";

/** A share of fewer texts than this does not set the scale. */
const telling = 10;
/** Rows of a panel before the rest is folded. */
const mostRows = 8;

const panels = [
  { grouping: "kind", title: "Kind of text", of: "judged texts of the kind" },
  { grouping: "tool", title: "Tool", of: "judged texts in its arguments" },
  { grouping: "trait", title: "Drifted to", of: "all judged texts" },
  { grouping: "model", title: "Model", of: "judged texts it wrote" },
] as const;

/** Where the drift is: four panels of shares with their intervals, on one scale. */
export function groupsSection(
  { groups, summary }: Run,
  onPick: (grouping: Grouping, name: string) => void,
): HTMLElement {
  const overall = summary.driftedUtterances.share ?? 0;
  const all = panels.flatMap(({ grouping }) => groups[grouping].map(({ share }) => share));
  const most = scaleEnd(
    [overall, ...all.filter(({ of }) => of >= telling).map(({ share = 0 }) => share)],
    all,
  );
  return element(
    "section",
    { "aria-labelledby": "groups" },
    element("h2", { id: "groups" }, "Where it drifted"),
    element(
      "p",
      { class: "quiet" },
      `Share of texts that drifted, with its 95 % interval (Wilson), all on one scale from 0 to ${percentText(most)}. The thin line is the whole run, ${percentText(overall)}. A name filters the steps below.`,
    ),
    element(
      "div",
      { class: "panels" },
      ...panels.map(({ grouping, title, of }) =>
        panel(groups[grouping], { title, of, most, overall, onPick: (name) => onPick(grouping, name) }),
      ),
    ),
  );
}

interface PanelOptions {
  readonly title: string;
  readonly of: string;
  readonly most: number;
  readonly overall: number;
  readonly onPick: (name: string) => void;
}

function panel(groups: readonly ReportGroup[], options: PanelOptions): HTMLElement {
  const { title, of } = options;
  return element(
    "div",
    { class: "panel" },
    element("h3", {}, title, " ", element("span", { class: "quiet" }, `of ${of}`)),
    groups.length === 0
      ? element("p", { class: "quiet" }, "None.")
      : groupTable(groups.slice(0, mostRows), options),
    groups.length > mostRows &&
      element(
        "details",
        {},
        element("summary", {}, `${groups.length - mostRows} more`),
        groupTable(groups.slice(mostRows), options),
      ),
  );
}

function groupTable(groups: readonly ReportGroup[], { title, most, overall, onPick }: PanelOptions) {
  const rows = groups.map(({ name, share }) =>
    element(
      "tr",
      {},
      element(
        "th",
        { scope: "row" },
        button(breakable(name), () => onPick(name), {
          class: "link",
          title: `Show the drifted steps: ${name}`,
        }),
      ),
      element("td", { class: "strip" }, strip(share, { most, overall })),
      element(
        "td",
        { class: "number" },
        share.share === undefined ? "–" : percentText(share.share),
        element("span", { class: "hidden" }, ` (95 % interval ${intervalText(share)})`),
      ),
      element("td", { class: "number quiet" }, `${countText(share.count)} / ${countText(share.of)}`),
    ),
  );
  return element(
    "table",
    { class: "groups" },
    element("caption", { class: "hidden" }, `Drift by ${title.toLowerCase()}`),
    element(
      "thead",
      { class: "hidden" },
      element(
        "tr",
        {},
        ...["name", "interval", "share", "drifted / judged"].map((head) =>
          element("th", { scope: "col" }, head),
        ),
      ),
    ),
    element("tbody", {}, ...rows),
  );
}

/** A name such as "transfer_to_human_agents" with places where a line may end. */
function breakable(name: string): readonly (Node | string)[] {
  return name.split(/(?<=[_./-])/).flatMap((part) => [element("wbr"), part]);
}

function strip(
  share: ReportGroup["share"],
  { most, overall }: Pick<PanelOptions, "most" | "overall">,
): HTMLElement {
  const { share: middle, low, high } = share;
  if (middle === undefined || low === undefined || high === undefined) return element("span", {}, "–");
  return chartBox((width) =>
    chart(`95 % interval ${intervalText(share)}`, {
      width,
      height: 22,
      marginTop: 0,
      marginBottom: 0,
      marginLeft: 6,
      marginRight: 6,
      x: { domain: [0, most], clamp: true, axis: null },
      y: { domain: [-1, 1], axis: null },
      marks: [
        ruleX([0], { stroke: "var(--line)" }),
        ruleX([overall], { stroke: "var(--quiet)", strokeWidth: 0.75 }),
        ruleY([0], { x1: low, x2: high, stroke: "var(--drift)", strokeWidth: 3, strokeOpacity: 0.45 }),
        middle > most
          ? dot([0], { x: most, y: 0, r: 4, symbol: "triangle", rotate: 90, fill: "var(--drift)" })
          : dot([0], { x: middle, y: 0, r: 4, fill: "var(--drift)" }),
      ],
    }),
  ).element;
}

/** So that each share is inside that more than a few texts speak for, and nine in ten intervals are. */
function scaleEnd(shares: readonly number[], all: readonly Share[]): number {
  const highs = all.map(({ high = 0 }) => high).sort((a, b) => a - b);
  const usual = highs[Math.floor(0.9 * (highs.length - 1))] ?? 0;
  return Math.min(1, 1.08 * Math.max(0.01, usual, ...shares));
}
