import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";

/** One point of a picture with its 95 % interval, in [0, 1]. */
export interface Bar {
  readonly group: string;
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Okabe and Ito's colours, which people with any colour vision tell apart. */
const colours = ["#d55e00", "#56b4e9", "#009e73", "#cc79a7", "#0072b2"];

/** An SVG with a row per group and name: a dot and its interval, on light and dark pages. */
export function pictureOf(bars: readonly Bar[], title: string): string {
  const { document } = parseHTML("<html></html>");
  const names = [...new Set(bars.map(({ name }) => name))];
  const svg = Plot.plot({
    document: document as unknown as NonNullable<Plot.PlotOptions["document"]>,
    style: { color: "#777", fontSize: "12px" }, // readable on light and dark pages
    width: 760,
    height: 104 + bars.length * 18,
    marginLeft: 230,
    marginBottom: 46,
    marginRight: 190,
    x: {
      domain: [0, 1],
      label: title,
      labelAnchor: "center",
      labelArrow: "none",
      labelOffset: 40,
      grid: true,
    },
    y: { domain: names, axis: null },
    fy: { domain: [...new Set(bars.map(({ group }) => group))], label: null, axis: "left" },
    color: { domain: names, range: colours },
    marks: [
      Plot.ruleY(bars, { fy: "group", y: "name", x1: "low", x2: "high", stroke: "name", strokeWidth: 2 }),
      Plot.dot(bars, { fy: "group", y: "name", x: "value", fill: "name", r: 4 }),
      Plot.text(bars, {
        fy: "group",
        y: "name",
        x: 1,
        text: ({ name, value }: Bar) => `${value.toFixed(2)} ${name}`,
        textAnchor: "start",
        dx: 8,
        fill: "name",
      }),
    ],
  });
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return `${svg.outerHTML}\n`;
}
