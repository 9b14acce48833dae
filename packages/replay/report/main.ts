import "./page.css";
import type { ReportData } from "../src/report-data.js";
import { confidenceSection } from "./confidence-section.js";
import { element } from "./element.js";
import { groupsSection } from "./groups-section.js";
import { headline } from "./headline.js";
import { notes } from "./notes.js";
import { recordsSection } from "./records-section.js";
import { type Run, runOf } from "./run.js";
import { sessionsSection } from "./sessions-section.js";
import { stepsSection } from "./steps-section.js";

const content = document.getElementById("report-data")?.textContent ?? "";
// Written by src/report-html.ts, which takes a ReportData.
show(runOf(JSON.parse(content) as ReportData));

function show(run: Run): void {
  const sessions = sessionsSection(run);
  const steps = stepsSection(run, sessions.open);
  const groups = groupsSection(run, steps.filterBy);
  document.body.append(
    headline(run),
    element("main", {}, sessions.element, groups, confidenceSection(run), steps.element, recordsSection(run)),
    notes(run),
  );
  const openLinked = () => {
    const line = Number(/^#step-(\d+)$/.exec(location.hash)?.[1]);
    const step = run.steps.find((one) => one.line === line);
    if (step !== undefined) sessions.open(step);
  };
  openLinked();
  addEventListener("hashchange", openLinked);
  unfoldForPrint();
}

/** What is folded on the screen is not lost on paper; the tables repeat the charts and stay folded. */
function unfoldForPrint(): void {
  const opened = new Set<HTMLDetailsElement>();
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll("details")) {
      if (details.open || details.closest(".session") !== null) continue;
      details.open = true;
      opened.add(details);
    }
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened.clear();
  });
}
