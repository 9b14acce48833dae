import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { stringifyChunked } from "@discoveryjs/json-ext";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import type { Column } from "./column.js";
import type { ReportData, StepColumns, UtteranceColumns } from "./report-data.js";

/** Where the build puts the page's bundle; the same from src and from dist. */
const bundle = new URL("../dist/report-page/", import.meta.url);

/** What Observable Plot 0.6 puts into each chart of class "plot": allowed by its hash, so that no other style is. */
const plotStyle = `:where(.plot) {
  --plot-background: white;
  display: block;
  height: auto;
  height: intrinsic;
  max-width: 100%;
}
:where(.plot text),
:where(.plot tspan) {
  white-space: pre;
}`;

/**
 * One HTML file with everything in it, that may load and send nothing; in pieces, because its data may be large.
 *
 * @throws PersonaGuardError "output-unwritable" if the page's bundle was not built
 */
export async function* reportHtml(data: ReportData<Column>): AsyncGenerator<string> {
  const [script, style] = await Promise.all([bundled("page.js"), bundled("page.css")]);
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    `style-src ${hashOf(style)} ${hashOf(plotStyle)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const { name, version } = data.summary.persona;
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Drift report: ${escaped(`${name} ${version}`)}</title>
<style>${style}</style>
</head>
<body>
<noscript>This report needs JavaScript. Its numbers are in summary.json, its verdicts in verdicts.jsonl beside it.</noscript>
<script type="application/json" id="report-data">`;
  for (const piece of jsonOf(data)) yield asScriptText(piece);
  yield `</script>
<script>${script}</script>
</body>
</html>
`;
}

/** What the page parses, in pieces: all of it at once would be the most memory that a long replay takes. */
export function* jsonOf({ steps, utterances, ...others }: ReportData<Column>): Generator<string> {
  yield '{"steps":';
  yield* jsonOfColumns(steps);
  yield ',"utterances":';
  yield* jsonOfColumns(utterances);
  for (const [name, value] of Object.entries(others)) {
    yield `,"${name}":`;
    yield* stringifyChunked(value);
  }
  yield "}";
}

function* jsonOfColumns(columns: StepColumns<Column> | UtteranceColumns<Column>): Generator<string> {
  let before = "{";
  for (const [name, column] of Object.entries(columns)) {
    yield `${before}"${name}":`;
    yield* column.json();
    before = ",";
  }
  yield "}";
}

/** Code and style as they may stand between their tags. */
async function bundled(name: string): Promise<string> {
  const file = new URL(name, bundle);
  let content: string;
  try {
    content = await readFile(file, "utf8");
  } catch (cause) {
    const message = `The page of report.html is missing: ${messageOf(cause)}. Install persona-guard again; in a checkout, run "pnpm build".`;
    throw new PersonaGuardError("output-unwritable", message, { cause });
  }
  return content.replaceAll(/<(?=\/script|\/style|!--)/gi, "\\x3C");
}

/** JSON in which no character can end the script element, or begin a comment in it. */
function asScriptText(json: string): string {
  return json.replaceAll("<", "\\u003c");
}

function hashOf(content: string): string {
  return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
