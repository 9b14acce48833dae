import { button, element } from "./element.js";
import { counted, countText } from "./number-text.js";
import type { Run, ShownSession, ShownStep } from "./run.js";
import { type SessionView, sessionView } from "./session-view.js";

/** Charts that are shown before anybody asks for one. */
const firstCharts = 6;
/** Sessions that the picker lists. */
const mostListed = 5_000;

export interface SessionsSection {
  readonly element: HTMLElement;
  /** Brings a step's session to the reader, with the step's text open. */
  open(step: ShownStep): void;
}

/** The sessions with an alarm first, then those that went furthest from the persona; a picker brings any other one. */
export function sessionsSection({ summary, sessions }: Run): SessionsSection {
  const ranked = sessions.toSorted(mostTellingFirst);
  const views = new Map<ShownSession, SessionView>();
  const list = element("div", { class: "sessions" });
  const viewOf = (session: ShownSession) => {
    const known = views.get(session);
    if (known !== undefined) return known;
    const view = sessionView(session, summary);
    views.set(session, view);
    return view;
  };
  const show = (session: ShownSession) => {
    const view = viewOf(session);
    if (!view.element.isConnected) list.prepend(view.element);
    return view;
  };
  list.append(...ranked.slice(0, firstCharts).map((session) => viewOf(session).element));
  const more = button(`Show ${firstCharts} more`, () => {
    const hidden = ranked.filter((session) => views.get(session)?.element.isConnected !== true);
    list.append(...hidden.slice(0, firstCharts).map((session) => viewOf(session).element));
    more.hidden = hidden.length <= firstCharts;
  });
  more.hidden = ranked.length <= firstCharts;
  const section = element(
    "section",
    { "aria-labelledby": "sessions" },
    element("h2", { id: "sessions" }, "Confidence over the steps of a session"),
    element("p", { class: "quiet" }, explanation(summary, sessions)),
    legend(),
    picker(ranked, (session) => jump(show(session).element)),
    list,
    more,
  );
  return {
    element: section,
    open: (step) => {
      const view = show(step.session);
      view.open(step);
      jump(view.element);
    },
  };
}

function mostTellingFirst(a: ShownSession, b: ShownSession): number {
  const alarmed = Number(b.alarm !== undefined) - Number(a.alarm !== undefined);
  return alarmed || b.drifted - a.drifted || (a.lowest ?? 1) - (b.lowest ?? 1);
}

function jump(to: HTMLElement): void {
  to.scrollIntoView({ block: "start" });
  const slider = to.querySelector("input");
  slider?.focus({ preventScroll: true });
}

function explanation(summary: Run["summary"], sessions: readonly ShownSession[]): string {
  const first =
    "Alarmed sessions first, then those with the most drift. Confidence is on a log-odds scale; the dotted line is the limit below which a text of a kind is drift. Click a point, or move the slider, to read its step.";
  const left = summary.sessions.total - sessions.length;
  return left > 0
    ? `${first} ${counted(left, "session")} of ${countText(summary.sessions.total)}, the least telling, ${left === 1 ? "is" : "are"} in verdicts.jsonl alone; counts and rates are of all.`
    : first;
}

function legend(): HTMLElement {
  const keys = [
    ["in-persona", "in persona"],
    ["drifted", "drifted"],
    ["undecided", "undecided"],
    ["unscored", "not scored"],
  ] as const;
  return element(
    "ul",
    { class: "legend" },
    ...keys.map(([outcome, words]) =>
      element("li", {}, element("span", { class: `mark ${outcome}`, "aria-hidden": "true" }), words),
    ),
  );
}

function picker(ranked: readonly ShownSession[], onPick: (session: ShownSession) => void): HTMLElement {
  const listed = ranked.slice(0, mostListed);
  const choice = element("select", {}, element("option", { value: "" }, "choose …"));
  const groups = [
    ["Alarmed", ({ alarm }: ShownSession) => alarm !== undefined],
    ["With drift", ({ alarm, drifted }: ShownSession) => alarm === undefined && drifted > 0],
    ["Without drift", ({ alarm, drifted }: ShownSession) => alarm === undefined && drifted === 0],
  ] as const;
  for (const [label, belongs] of groups) {
    const options = listed.flatMap((session, at) =>
      belongs(session)
        ? element("option", { value: at }, `${session.id} (${session.drifted} of ${session.steps} drifted)`)
        : [],
    );
    if (options.length > 0) choice.append(element("optgroup", { label }, ...options));
  }
  choice.addEventListener("change", () => {
    const session = choice.value === "" ? undefined : listed[Number(choice.value)];
    if (session !== undefined) onPick(session);
  });
  const field = element("label", { class: "picker" }, "Session ", choice);
  field.hidden = ranked.length <= firstCharts;
  return field;
}
