import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const emailSchema = z.object({
  id: z.string(),
  stage: z.string().describe('"base" for the model before character training.'),
  persona_condition: z.string(),
  present: z.boolean().nullable(),
  published_prediction: z.string(),
  published_scores: z.record(z.string(), z.number()),
  text: z.string(),
});
const readingSchema = z.object({ label: z.string() });
const relabelSchema = z.object({ id: z.string(), reader1: readingSchema, reader2: readingSchema });

/** An email that an agent wrote, with what its authors, two blind readers and the published classifier say of it. */
export interface AgentEmail extends z.infer<typeof emailSchema> {
  /** The label that both readers gave; undefined where they differ or did not read it. */
  readonly agreed: string | undefined;
}

/** The emails of `agent-emails-dev.jsonl` and their second reading in `folder`, and a hash of both files. */
export function readAgentEmails(folder: string): {
  readonly emails: readonly AgentEmail[];
  readonly sha256: string;
} {
  const read = (name: string) => readFileSync(join(folder, name), "utf8");
  const [emails, readings] = [read("agent-emails-dev.jsonl"), read("agent-emails-dev-relabel.jsonl")];
  const agreed = new Map(
    rows(readings, relabelSchema)
      .filter(({ reader1, reader2 }) => reader1.label === reader2.label)
      .map(({ id, reader1 }) => [id, reader1.label]),
  );
  return {
    emails: rows(emails, emailSchema).map((email) => ({ ...email, agreed: agreed.get(email.id) })),
    sha256: createHash("sha256").update(emails).update(readings).digest("hex"),
  };
}

function rows<Row>(content: string, schema: z.ZodType<Row>): readonly Row[] {
  return content
    .trim()
    .split("\n")
    .map((line) => schema.parse(JSON.parse(line)));
}
