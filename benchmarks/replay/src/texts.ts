import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Kind, kinds, type ScorableText, utterancesOf, wordCount } from "@persona-guard/core";
import { modelFolder } from "@persona-guard/model";
import { findTraces, readTraces } from "@persona-guard/replay";
import * as z from "zod";

const seed = 20261127;
const rowSchema = z.object({ id: z.string(), kind: z.enum(kinds), text: z.string() });
/** Shorter ones are never scored by a guard. */
const fewestWords = 8;

export interface Texts {
  readonly from: string;
  readonly texts: readonly ScorableText[];
  readonly sha256: string;
}

/** A sample of different texts: what the agents of a trace said, or, without a trace, texts of the corpus. */
export async function sampledTexts(count: number, trace: string | undefined): Promise<Texts> {
  const all = trace === undefined ? corpusTexts() : await agentTexts(trace);
  const different = [...new Map(all.map((one) => [one.text, one])).values()];
  const texts = different
    .map((one) => ({ one, order: sha256(`${seed} ${one.text}`) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, count)
    .map(({ one }) => one);
  if (texts.length < count) throw new Error(`There are ${texts.length} texts, ${count} are needed.`);
  const from = trace === undefined ? "corpus" : "trace";
  return { from, texts, sha256: sha256(texts.map(({ text }) => text).join("\0")) };
}

async function agentTexts(trace: string): Promise<readonly ScorableText[]> {
  const { traces } = await findTraces([trace]);
  const texts: { text: string; kind: Kind }[] = [];
  for await (const item of readTraces(traces)) {
    if (item.found !== "step") continue;
    for (const { text, kind } of utterancesOf(item.step, { tools: {} }))
      if (wordCount(text) >= fewestWords) texts.push({ text, kind });
  }
  return texts;
}

function corpusTexts(): readonly ScorableText[] {
  const corpus = join(modelFolder, "..", "corpus");
  return readdirSync(corpus, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((name) =>
      readFileSync(join(corpus, name, "texts.jsonl"), "utf8")
        .trim()
        .split("\n"),
    )
    .map((line) => rowSchema.parse(JSON.parse(line)));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
