import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modelFolder } from "@persona-guard/model";
import * as z from "zod";
import type { Bar } from "./picture.js";

const tiers = ["lexical", "encoder", "ensemble"] as const;
const figureSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });
const schema = z.object({
  trainingSets: z.array(
    z.object({
      trainedOn: z.string(),
      texts: z.number(),
      kinds: z.record(
        z.string(),
        z.object({ rows: z.number(), lexical: figureSchema, encoder: figureSchema, ensemble: figureSchema }),
      ),
    }),
  ),
});

/**
 * Prints macro-F1 by kind of text on scenarios that were not trained on, for classifiers trained on chat alone and on all
 * kinds (`python -m training chat-only` in packages/model makes the figures).
 *
 * @returns the ensemble's, for a picture
 */
export function reportChatOnly(): readonly Bar[] {
  const path = join(modelFolder, "..", "evaluation", "chat-only.json");
  const { trainingSets } = schema.parse(JSON.parse(readFileSync(path, "utf8")));
  const kinds = Object.entries(trainingSets[0]?.kinds ?? {}).map(([kind, { rows }]) => ({ kind, rows }));
  console.log(
    `| trained on (texts) | tier | ${kinds.map(({ kind, rows }) => `${kind} (${rows})`).join(" | ")} |`,
  );
  console.log(`|---|---|${kinds.map(() => "---:").join("|")}|`);
  for (const { trainedOn, texts, kinds: found } of trainingSets) {
    for (const tier of tiers) {
      const cells = kinds.map(({ kind }) => intervalText(found[kind]?.[tier]));
      console.log(`| ${trainedOn} (${texts}) | ${tier} | ${cells.join(" | ")} |`);
    }
  }
  return trainingSets.flatMap(({ trainedOn, kinds: found }) =>
    Object.entries(found).map(([kind, { ensemble }]) => ({ group: kind, name: trainedOn, ...ensemble })),
  );
}

/** "0.93 (0.91-0.95)"; nothing for a figure that there is not. */
export function intervalText(figure?: {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}): string {
  if (figure === undefined) return "";
  const [value, low, high] = [figure.value, figure.low, figure.high].map((one) => one.toFixed(2));
  return `${value} (${low}-${high})`;
}
