import { type PlotOptions, plot } from "@observablehq/plot";
import { mostLogOdds } from "../src/report-data.js";

/** Smallest width that still shows something, in CSS pixels. */
const leastWidth = 60;

const confidenceTicks = [0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999];

/** An axis of confidence in log-odds. */
export const confidenceAxis = {
  domain: [-mostLogOdds, mostLogOdds],
  ticks: confidenceTicks.map((confidence) => Math.log(confidence / (1 - confidence))),
  tickFormat: (logOdds: number) => `${Number((1 / (1 + Math.exp(-logOdds))).toPrecision(3))}`,
} as const;

export interface ChartBox {
  readonly element: HTMLElement;
  /** Draws once more, where what is drawn has changed. */
  redraw(): void;
}

/** A box with a chart in it that is drawn anew whenever the box gets another width; first when it is on the page. */
export function chartBox(draw: (width: number) => Element): ChartBox {
  const box = document.createElement("div");
  box.className = "chart";
  let drawn = 0;
  const redraw = () => {
    if (drawn > 0) box.replaceChildren(draw(drawn));
  };
  new ResizeObserver(([entry]) => {
    const width = Math.floor(entry?.contentRect.width ?? 0);
    // A box that left the page, or is folded, has none.
    if (width === drawn || width < leastWidth) return;
    drawn = width;
    redraw();
  }).observe(box);
  return { element: box, redraw };
}

/** A chart that is one picture to assistive technology, told by `label`. */
export function chart(label: string, options: PlotOptions): Element {
  // The class is part of the style that the content security policy lets through.
  const drawn = plot({ className: "plot", ...options, style: { background: "none" } });
  // Plot names its groups of marks, which is not allowed on a group without a role.
  for (const group of drawn.querySelectorAll("[aria-label]")) group.removeAttribute("aria-label");
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", label);
  return drawn;
}
