import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ScorableText } from "@persona-guard/core";
import { modelFolder } from "@persona-guard/model";
import * as z from "zod";

const seed = 20261123;
const manifestSchema = z.object({ cascade: z.object({ skippedShare: z.number() }) });
const rowSchema = z.object({ id: z.string(), kind: z.string(), text: z.string() });

/** A sample of the corpus' emails, the same on every run while the corpus is the same, and its hash. */
export function sampledEmails(count: number): {
  readonly emails: readonly ScorableText[];
  readonly sha256: string;
} {
  const corpus = join(modelFolder, "..", "corpus");
  const rows = readdirSync(corpus, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((name) =>
      readFileSync(join(corpus, name, "texts.jsonl"), "utf8")
        .trim()
        .split("\n"),
    )
    .map((line) => rowSchema.parse(JSON.parse(line)))
    .filter(({ kind }) => kind === "email");
  const emails = rows
    .map(({ id, text }) => ({ text, order: sha256(`${seed} ${id}`) }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, count)
    .map(({ text }) => ({ text, kind: "email" as const }));
  return { emails, sha256: sha256(emails.map(({ text }) => text).join("\u0000")) };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Share of texts of unseen scenarios that the cascade answers without the encoder, as measured when it was made. */
export function skippedShare(): number {
  return manifestSchema.parse(JSON.parse(readFileSync(join(modelFolder, "model.json"), "utf8"))).cascade
    .skippedShare;
}
