import { element } from "./element.js";
import { counted, countText } from "./number-text.js";
import type { Run } from "./run.js";

/** What of the traces was not judged because it could not be read; folded. */
export function recordsSection({ summary }: Run): HTMLElement {
  const { unreadable, skippedFiles } = summary;
  const unnamed = unreadable.total - unreadable.first.length;
  return element(
    "section",
    { "aria-labelledby": "records" },
    element("h2", { id: "records" }, "What could not be read"),
    unreadable.total === 0 && skippedFiles.length === 0 && element("p", {}, "Everything was read."),
    unreadable.total > 0 &&
      folded(counted(unreadable.total, "unreadable record"), [
        ...unreadable.first,
        ...(unnamed > 0 ? [`… and ${countText(unnamed)} more.`] : []),
      ]),
    skippedFiles.length > 0 &&
      folded(
        counted(skippedFiles.length, "skipped file"),
        skippedFiles.map(({ reason }) => reason),
      ),
  );
}

function folded(title: string, lines: readonly string[]): HTMLElement {
  return element(
    "details",
    {},
    element("summary", {}, title),
    element("ul", { class: "records" }, ...lines.map((line) => element("li", {}, line))),
  );
}
