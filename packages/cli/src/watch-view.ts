import type { DriftEvent } from "@persona-guard/core";
import { visible } from "./command.js";

/** What the outcome key goes through. */
const outcomes = [undefined, "drifted", "unscored", "undecided", "in-persona", "silent"] as const;

/** Which events are shown: session and persona by a part of their name, in any case. */
export interface EventFilter {
  readonly session?: string | undefined;
  readonly persona?: string | undefined;
  readonly outcome?: DriftEvent["outcome"] | undefined;
}

export interface WatchView {
  readonly filter: EventFilter;
  /** Set while a name is being typed. */
  readonly asking?: { readonly field: "session" | "persona"; readonly typed: string };
}

export function isShown({ session = "", persona = "", outcome }: EventFilter, event: DriftEvent): boolean {
  const has = (name: string, part: string) => name.toLowerCase().includes(part.toLowerCase());
  return (
    has(event.session, session) &&
    has(event.persona.name, persona) &&
    (outcome === undefined || event.outcome === outcome)
  );
}

/** The view after a key, or "quit". An escape sequence (arrows and the like) is one key, and none of ours. */
export function viewAfter(view: WatchView, key: string): WatchView | "quit" {
  const { filter, asking } = view;
  if (asking !== undefined) return viewAsking(filter, asking, key);
  switch (key) {
    case "q":
      return "quit";
    case "s":
      return { filter, asking: { field: "session", typed: "" } };
    case "p":
      return { filter, asking: { field: "persona", typed: "" } };
    case "o": {
      const next = outcomes[(outcomes.indexOf(filter.outcome) + 1) % outcomes.length];
      return { filter: { ...filter, outcome: next } };
    }
    case "a":
      return { filter: {} };
    default:
      return view;
  }
}

function viewAsking(
  filter: EventFilter,
  { field, typed }: NonNullable<WatchView["asking"]>,
  key: string,
): WatchView {
  if (key === "\r" || key === "\n")
    return { filter: { ...filter, [field]: typed === "" ? undefined : typed } };
  if (key === "\u001b") return { filter };
  if (key === "\u007f" || key === "\b") return { filter, asking: { field, typed: typed.slice(0, -1) } };
  const isText = !/\p{Cc}/u.test(key);
  return { filter, asking: { field, typed: isText ? typed + key : typed } };
}

/** What the filter lets through, in words. */
export function filterInWords({ session, persona, outcome }: EventFilter): string {
  const parts = [
    ...(outcome === undefined ? [] : [outcome]),
    ...(session === undefined ? [] : [`session “${visible(session)}”`]),
    ...(persona === undefined ? [] : [`persona “${visible(persona)}”`]),
  ];
  return parts.length === 0 ? "all steps" : parts.join(", ");
}

/** The last line of the terminal: what is shown, and which keys there are. */
export function statusLine(
  { filter, asking }: WatchView,
  counts: { readonly steps: number; readonly drifted: number },
): string {
  if (asking !== undefined) return `part of the ${asking.field}'s name, Enter: ${visible(asking.typed)}_`;
  const seen = `${counts.steps.toLocaleString("en")} steps, ${counts.drifted.toLocaleString("en")} drifted`;
  return `${seen} · showing ${filterInWords(filter)} · o outcome, s session, p persona, a all, q quit`;
}
