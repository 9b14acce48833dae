import { expect, test } from "vitest";
import { driftEvent } from "./testing.js";
import {
  type EventFilter,
  filterInWords,
  isShown,
  statusLine,
  viewAfter,
  type WatchView,
} from "./watch-view.js";

const escapeKey = "\u001b";
test.each([
  { keys: ["o"], shows: "drifted" },
  { keys: ["o", "o"], shows: "unscored" },
  { keys: ["o", "o", "o", "o", "o", "o"], shows: "all steps" },
  { keys: ["s", "b", "o", "b", "\r"], shows: "session “bob”" },
  { keys: ["s", "b", "q", "\u007f", "\r"], shows: "session “b”" },
  { keys: ["p", "d", "\r", "o"], shows: "drifted, persona “d”" },
  { keys: ["p", "d", "\r", "p", "\r"], shows: "all steps" },
  { keys: ["p", "d", "\r", "s", "x", escapeKey], shows: "persona “d”" },
  { keys: ["p", "d", "\r", "o", "a"], shows: "all steps" },
  { keys: ["x", `${escapeKey}[A`], shows: "all steps" },
  { keys: ["s", `${escapeKey}[A`, "b", "\r"], shows: "session “b”" },
])("the keys $keys show $shows", ({ keys, shows }) => {
  let view: WatchView = { filter: {} };
  for (const key of keys) {
    const next = viewAfter(view, key);
    if (next === "quit") throw new Error("quit");
    view = next;
  }
  expect(filterInWords(view.filter)).toBe(shows);
});

test("q quits, but is a letter while a name is typed", () => {
  expect(viewAfter({ filter: {} }, "q")).toBe("quit");
  const asking: WatchView = { filter: {}, asking: { field: "persona", typed: "" } };
  expect(statusLine(asking, { steps: 0, drifted: 0 })).toBe("part of the persona's name, Enter: _");
  expect(viewAfter(asking, "q")).toEqual({ filter: {}, asking: { field: "persona", typed: "q" } });
});

test.each<{ filter: EventFilter; shown: boolean }>([
  { filter: {}, shown: true },
  { filter: { session: "CHAT" }, shown: true },
  { filter: { session: "mail" }, shown: false },
  { filter: { persona: "des", outcome: "in-persona" }, shown: true },
  { filter: { persona: "des", outcome: "drifted" }, shown: false },
])("$filter lets a step in persona of desk in chat-1 through: $shown", ({ filter, shown }) => {
  expect(isShown(filter, driftEvent())).toBe(shown);
});
