import { button, element, fill } from "./element.js";
import { counted, countText } from "./number-text.js";
import { outcomeWords } from "./outcome-words.js";
import type { Run, ShownStep } from "./run.js";
import { stepCard } from "./step-card.js";
import { filterChoices, filterNames, fits, type StepFilter } from "./step-filter.js";

/** Steps shown at first, and with each further page. */
const pageSize = 20;
/** Values that a filter lists. */
const mostChoices = 1_000;

export interface StepsSection {
  readonly element: HTMLElement;
  /** Sets this filter alone, on drifted steps, and brings the list to the reader. */
  filterBy(name: keyof StepFilter, value: string): void;
}

/** The steps furthest from the persona, with their texts; filters choose among all. */
export function stepsSection({ steps }: Run, onOpen: (step: ShownStep) => void): StepsSection {
  const hasDrift = steps.some(({ outcome }) => outcome === "drifted");
  let filter: StepFilter = hasDrift ? { outcome: "drifted" } : {};
  let shown = pageSize;
  const list = element("div", { class: "steps" });
  const status = element("p", { role: "status", class: "quiet" });
  const more = button("", () => {
    shown += pageSize;
    draw();
  });
  const choices = filterChoices(steps);
  const selects = filterNames.map((name) => {
    const values = choices[name].slice(0, mostChoices);
    const select = element(
      "select",
      { name },
      element("option", { value: "" }, "all"),
      ...values.map((value) => element("option", { value }, wordsFor(name, value))),
    );
    select.addEventListener("change", () => {
      const { [name]: _, ...others } = filter;
      set(select.value === "" ? others : { ...others, [name]: select.value });
    });
    const label = element("label", {}, name, select);
    label.hidden = values.length < 2 && name !== "outcome";
    return { name, select, label };
  });
  const set = (next: StepFilter) => {
    filter = next;
    shown = pageSize;
    draw();
  };
  const draw = () => {
    for (const { name, select } of selects) select.value = filter[name] ?? "";
    const found = steps.filter((step) => fits(step, filter)).sort(furthestFirst);
    const visible = found.slice(0, shown);
    fill(
      list,
      ...visible.map((step) =>
        stepCard(
          step,
          button("In its session", () => onOpen(step), { class: "link" }),
        ),
      ),
    );
    status.textContent =
      found.length === 0
        ? "No step fits these filters."
        : `${countText(visible.length)} of ${counted(found.length, "step")}, the lowest confidence first.`;
    more.hidden = found.length <= shown;
    more.textContent = `Show ${Math.min(pageSize, found.length - shown)} more`;
  };
  draw();
  const section = element(
    "section",
    { "aria-labelledby": "steps" },
    element(
      "h2",
      { id: "steps", tabindex: -1 },
      hasDrift ? "The steps furthest from the persona" : "The steps",
    ),
    !hasDrift && element("p", {}, "No step drifted."),
    element(
      "form",
      { class: "filters", "aria-label": "Filters" },
      ...selects.map(({ label }) => label),
      button("Clear", () => set({})),
    ),
    status,
    list,
    more,
  );
  return {
    element: section,
    filterBy: (name, value) => {
      set({ outcome: "drifted", [name]: value });
      section.scrollIntoView({ block: "start" });
      section.querySelector("h2")?.focus({ preventScroll: true });
    },
  };
}

/** Drift by its confidence, then what was not scored, then the others by theirs. */
function furthestFirst(a: ShownStep, b: ShownStep): number {
  return rankOf(a) - rankOf(b);
}

function rankOf({ outcome, confidence = 1 }: ShownStep): number {
  if (outcome === "drifted") return confidence;
  return outcome === "unscored" ? 2 : 3 + confidence;
}

function wordsFor(name: keyof StepFilter, value: string): string {
  const words: Readonly<Record<string, string>> = outcomeWords;
  return name === "outcome" ? (words[value] ?? value) : value;
}
