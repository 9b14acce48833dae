import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadClassifier } from "@persona-guard/classifier";
import { readAgentEmails } from "./agent-emails.js";
import { intervalText, reportChatOnly } from "./chat-only.js";
import { reportCustomTraits } from "./custom-traits.js";
import { emailFigures, type Figure } from "./email-figures.js";
import { pictureOf } from "./picture.js";

interface Column {
  readonly classifier: string;
  readonly figures: readonly Figure[];
}

/** The figures that the picture of the emails shows. */
const pictured = [
  "character named, accuracy",
  "character named, macro-F1",
  "presence AUC, mean over traits",
  "drift against plain, AUC",
  "base-model emails called neutral",
];
const results = fileURLToPath(new URL("../results/", import.meta.url));
mkdirSync(results, { recursive: true });

console.log("Macro-F1 over 12 labels, new scenarios of the corpus (95 % interval)\n");
writeFileSync(
  `${results}chat-only.svg`,
  pictureOf(reportChatOnly(), "macro-F1 of the ensemble, by what it was trained on"),
);

const folder = process.argv[2];
if (folder === undefined) {
  console.log(
    "\nThat is the corpus alone. Give the folder of agent-emails-dev.jsonl and agent-emails-dev-relabel.jsonl for more: the emails behind " +
      '"Character-trained models can struggle to generalise" (2026) with the published classifier\'s scores, and a second reading of ' +
      "them. They are not part of this repository.",
  );
} else {
  await reportEmails(folder);
  const styles = join(folder, "styles");
  if (existsSync(styles)) await reportCustomTraits(styles);
}

async function reportEmails(folder: string): Promise<void> {
  const { emails, sha256 } = readAgentEmails(folder);
  const columns: Column[] = [];
  for (const tier of ["lexical", "encoder", "ensemble", "cascade"] as const) {
    const classifier = await loadClassifier({ tier });
    const scores = await classifier.score(emails.map(({ text }) => ({ text, kind: "email" })));
    await classifier.close();
    const figures = emailFigures(emails.map((email, at) => ({ email, scores: scores[at] ?? {} })));
    columns.push({ classifier: tier, figures });
  }
  const published = emailFigures(emails.map((email) => ({ email, scores: email.published_scores })));
  columns.push({ classifier: "published classifier", figures: published });
  printTable(columns);
  writeFileSync(
    `${results}agent-emails.json`,
    `${JSON.stringify({ sha256, node: process.version, columns }, null, 2)}\n`,
  );
  const bars = pictured.flatMap((group) =>
    columns.flatMap(({ classifier, figures }) => {
      const figure = figures.find(({ name }) => name === group);
      return figure === undefined ? [] : [{ ...figure, group, name: classifier }];
    }),
  );
  writeFileSync(`${results}agent-emails.svg`, pictureOf(bars, "real agent emails"));
}

function printTable(columns: readonly Column[]): void {
  console.log(`\n| figure (rows) | ${columns.map(({ classifier }) => classifier).join(" | ")} |`);
  console.log(`|---|${columns.map(() => "---:").join("|")}|`);
  for (const { name, rows } of columns[0]?.figures ?? []) {
    const cells = columns.map(({ figures }) => intervalText(figures.find((figure) => figure.name === name)));
    console.log(`| ${name} (${rows}) | ${cells.join(" | ")} |`);
  }
}
