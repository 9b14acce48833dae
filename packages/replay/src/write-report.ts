import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { collectReport } from "./collect-report.js";
import { readSummary, readVerdicts } from "./read-results.js";
import { reportHtml } from "./report-html.js";
import { writingInto } from "./results-folder.js";
import { partOf } from "./write-results.js";

export const reportFile = "report.html";

/** What became of a report. */
export interface WrittenReport {
  readonly file: string;
  /** Lines of verdicts.jsonl that could not be read and are not in it, each by its place. */
  readonly faults: readonly string[];
}

/**
 * Writes FOLDER/report.html from the verdicts.jsonl and summary.json in it, whole or not at all.
 *
 * @throws PersonaGuardError "run-unreadable" or "output-unwritable"
 */
export async function writeReport(folder: string): Promise<WrittenReport> {
  const faults: string[] = [];
  const summary = await readSummary(folder);
  let passes = 0;
  const rows = () => {
    passes += 1;
    return readVerdicts(folder, passes === 1 ? (message) => faults.push(message) : undefined);
  };
  const html = reportHtml(await collectReport(rows, summary));
  const file = join(folder, reportFile);
  await writingInto(folder, async () => {
    await writeFile(partOf(folder, reportFile), html);
    await rename(partOf(folder, reportFile), file);
  });
  return { file, faults };
}
