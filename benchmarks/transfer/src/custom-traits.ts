import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadClassifier, type TraitExample, trainTrait } from "@persona-guard/classifier";
import { kinds } from "@persona-guard/core";
import * as z from "zod";
import { auc, mean } from "./metrics.js";

const rowSchema = z.object({ style: z.string(), kind: z.enum(kinds), prompt: z.string(), text: z.string() });
type Row = z.infer<typeof rowSchema>;
const perClass = 20;
const draws = 3;

/** Prints how well custom traits of 20 + 20 examples tell the texts of `styles.jsonl` and `service-tones.jsonl` that they never saw. */
export async function reportCustomTraits(folder: string): Promise<void> {
  console.log(
    "\n| texts | trait | AUC, mean of draws | AUC, worst draw | inside the interval of cross-validation |",
  );
  console.log("|---|---|---:|---:|---:|");
  for (const name of ["styles", "service-tones"]) {
    const rows = readFileSync(join(folder, `${name}.jsonl`), "utf8")
      .trim()
      .split("\n")
      .map((line) => rowSchema.parse(JSON.parse(line)));
    const found: number[] = [];
    for (const style of [...new Set(rows.map((row) => row.style))].sort()) {
      const results = [];
      for (let seed = 1; seed <= draws; seed += 1) results.push(await drawn(rows, style, seed));
      const areas = results.map(({ area }) => area);
      const inside = results.filter(({ area, low, high }) => low <= area && area <= high).length;
      found.push(...areas);
      console.log(
        `| ${name} | ${style} | ${mean(areas).toFixed(3)} | ${Math.min(...areas).toFixed(3)} | ${inside} of ${draws} |`,
      );
    }
    console.log(`| ${name} | all | ${mean(found).toFixed(3)} | ${Math.min(...found).toFixed(3)} | |`);
  }
}

/** A trait trained on one draw of examples, and its area under the curve on the texts whose prompts it did not see. */
async function drawn(
  rows: readonly Row[],
  style: string,
  seed: number,
): Promise<{ readonly area: number; readonly low: number; readonly high: number }> {
  const order = shuffled(rows, seed);
  const examples = [true, false].flatMap((isPositive) =>
    order
      .filter((row) => (row.style === style) === isPositive)
      .slice(0, perClass)
      .map((row): TraitExample => ({ text: row.text, kind: row.kind, isPositive, scenario: row.prompt })),
  );
  const seen = new Set(examples.map(({ scenario }) => scenario));
  const tested = rows.filter(({ prompt }) => !seen.has(prompt));
  const head = await trainTrait(examples, { name: "wanted", seed });
  const temporary = mkdtempSync(join(tmpdir(), "persona-guard-traits-"));
  const path = join(temporary, "trait.json");
  writeFileSync(path, JSON.stringify(head));
  const classifier = await loadClassifier({ tier: "encoder", traits: [path] });
  const scores = await classifier.score(tested);
  await classifier.close();
  rmSync(temporary, { recursive: true });
  const of = (positive: boolean) =>
    scores.filter((_, at) => (tested[at]?.style === style) === positive).map(({ wanted }) => wanted ?? 0);
  return { area: auc(of(true), of(false)), ...head.training.interval };
}

/** Fisher and Yates' shuffle by Numerical Recipes' linear congruential generator. */
function shuffled<Item>(items: readonly Item[], seed: number): readonly Item[] {
  const left = [...items];
  let state = seed;
  for (let at = left.length - 1; at > 0; at -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (at + 1));
    [left[at], left[other]] = [left[other] as Item, left[at] as Item]; // both indices are in range
  }
  return left;
}
