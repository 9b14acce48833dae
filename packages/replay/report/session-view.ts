import { chartBox } from "./chart.js";
import { button, element, fill } from "./element.js";
import { confidenceText, counted, countText } from "./number-text.js";
import { outcomeWords } from "./outcome-words.js";
import type { Run, ShownSession, ShownStep } from "./run.js";
import { sessionChart, sessionInWords, sessionMargins } from "./session-chart.js";
import { stepCard } from "./step-card.js";

/** Rows of the table that repeats a chart. */
const mostRows = 2_000;

/** A session's chart, a slider along its steps, the text of the step it stands on, and all as a table. */
export interface SessionView {
  readonly element: HTMLElement;
  /** Opens a step's text below the chart. */
  open(step: ShownStep): void;
}

export function sessionView(session: ShownSession, summary: Run["summary"]): SessionView {
  const steps = session.shownSteps;
  let opened: ShownStep | undefined;
  const card = element("div", { class: "opened" });
  const slider = element("input", {
    type: "range",
    min: 0,
    max: Math.max(0, steps.length - 1),
    value: 0,
    "aria-label": `Step of session ${session.id} whose text is shown`,
    "aria-valuetext": "none yet",
  });
  slider.style.marginLeft = `${sessionMargins.marginLeft - 8}px`;
  slider.style.width = `calc(100% - ${sessionMargins.marginLeft + sessionMargins.marginRight - 16}px)`;
  const box = chartBox((width) => sessionChart(session, { summary, width, open: opened, onOpen: open }));
  const open = (step: ShownStep) => {
    opened = step;
    slider.value = `${steps.indexOf(step)}`;
    slider.setAttribute("aria-valuetext", inWords(step));
    history.replaceState(null, "", `#step-${step.line}`);
    fill(card, stepCard(step, button("Close", close, { class: "link" })));
    box.redraw();
  };
  const close = () => {
    opened = undefined;
    history.replaceState(null, "", " ");
    fill(card);
    slider.setAttribute("aria-valuetext", "none");
    slider.focus();
    box.redraw();
  };
  slider.addEventListener("input", () => {
    const step = steps[Number(slider.value)];
    if (step !== undefined) open(step);
  });
  const view = element(
    "figure",
    { class: "session" },
    element("figcaption", {}, element("h3", {}, session.id), caption(session)),
    box.element,
    steps.length > 1 && slider,
    steps.length === 1 && steps[0] !== undefined && openOnly(steps[0], open),
    card,
    stepTable(session, open),
  );
  return { element: view, open };
}

function caption({ steps, drifted, alarm, start }: ShownSession): string {
  const parts = [counted(steps, "step"), `${drifted} drifted`];
  if (alarm !== undefined) parts.push(`alarm at step ${alarm}`);
  if (start !== undefined) parts.push(`drift began at step ${start}`);
  return parts.join(" · ");
}

function openOnly(step: ShownStep, open: (step: ShownStep) => void): HTMLElement {
  return button("Show its text", () => open(step));
}

function inWords({ index, outcome, confidence }: ShownStep): string {
  return `step ${index}, ${outcomeWords[outcome]}${confidence === undefined ? "" : `, confidence ${confidenceText(confidence)}`}`;
}

/** The chart's numbers; made when it is unfolded, since few are. */
function stepTable(session: ShownSession, open: (step: ShownStep) => void): HTMLElement {
  const place = element("div", {
    class: "scrolling",
    tabindex: 0,
    role: "region",
    "aria-label": `Steps of session ${session.id}`,
  });
  const folded = element("details", {}, element("summary", {}, "Steps as a table"), place);
  folded.addEventListener("toggle", () => {
    if (!folded.open || place.firstChild !== null) return;
    const head = ["step", "outcome", "confidence", "kind", "text"].map((name) =>
      element("th", { scope: "col" }, name),
    );
    const left = session.shownSteps.length - mostRows;
    const rows = session.shownSteps.slice(0, mostRows).map((step) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, `${step.index}`),
        element("td", {}, outcomeWords[step.outcome]),
        element(
          "td",
          { class: "number" },
          step.confidence === undefined ? "–" : confidenceText(step.confidence),
        ),
        element("td", {}, [...new Set(step.utterances.map(({ kind }) => kind ?? ""))].join(", ")),
        element(
          "td",
          {},
          button("show", () => open(step), {
            class: "link",
            "aria-label": `show the text of step ${step.index}`,
          }),
        ),
      ),
    );
    fill(
      place,
      left > 0 &&
        element("p", {}, `The first ${countText(mostRows)}; ${countText(left)} more are in verdicts.jsonl.`),
      element(
        "table",
        {},
        element("caption", { class: "hidden" }, sessionInWords(session)),
        element("thead", {}, element("tr", {}, ...head)),
        element("tbody", {}, ...rows),
      ),
    );
  });
  return folded;
}
