import { element } from "./element.js";
import { counted, countText } from "./number-text.js";
import type { Run } from "./run.js";

/** What of the traces was not judged because it could not be read; folded. */
export function recordsSection({ summary }: Run): HTMLElement {
  const { unreadable, skipped } = summary;
  return element(
    "section",
    { "aria-labelledby": "records" },
    element("h2", { id: "records" }, "What could not be read"),
    unreadable.total === 0 && skipped.total === 0 && element("p", {}, "Everything was read."),
    unreadable.total > 0 &&
      folded(counted(unreadable.total, "unreadable record"), unreadable.first, unreadable.total),
    skipped.total > 0 &&
      folded(
        counted(skipped.total, "skipped file"),
        skipped.first.map(({ reason }) => reason),
        skipped.total,
      ),
  );
}

/** @param total of which `lines` are the first */
function folded(title: string, lines: readonly string[], total: number): HTMLElement {
  const unnamed = total - lines.length;
  return element(
    "details",
    {},
    element("summary", {}, title),
    element("ul", { class: "records" }, ...lines.map((line) => element("li", {}, line))),
    unnamed > 0 && element("p", {}, `… and ${countText(unnamed)} more.`),
  );
}
