import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kinds } from "@persona-guard/core";
import { modelFolder } from "@persona-guard/model";
import * as z from "zod";

const textSchema = z.object({
  id: z.string(),
  kind: z.enum(kinds),
  persona: z.string(),
  intensity: z.string(),
  text: z.string(),
});

/** A text of the training corpus; `persona` is the character it was written to show. */
export type CorpusText = z.infer<typeof textSchema>;

/** The corpus of "@persona-guard/model", which this repository holds beside the weights, in the order of its folders. */
export function corpusTexts(): readonly CorpusText[] {
  const corpus = join(modelFolder, "..", "corpus");
  return readdirSync(corpus, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(corpus, name, "texts.jsonl"))
    .sort()
    .flatMap((file) => readFileSync(file, "utf8").trim().split("\n"))
    .map((line) => textSchema.parse(JSON.parse(line)));
}
