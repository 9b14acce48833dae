import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kinds, type PersonaInput, shippedLabels } from "@persona-guard/core";
import * as z from "zod";

const personaSchema = z.object({
  id: z.string(),
  name: z.string(),
  expresses: z.array(z.string()),
  examples_in: z.array(z.string()),
  examples_out: z.array(z.string()),
});
const sessionSchema = z.object({
  session: z.string(),
  persona: z.string(),
  drift_from: z.int().nullable(),
  steps: z.array(z.object({ kind: z.enum(kinds), text: z.string(), in_persona: z.boolean() })),
});

type PersonaRow = z.infer<typeof personaSchema>;
/** A recorded session, and the step at which it leaves the persona, if it does. */
export type Session = z.infer<typeof sessionSchema>;

export interface Desk {
  readonly persona: PersonaRow;
  readonly sessions: readonly Session[];
}

/** The personas of a folder like sessions-dev, each with its sessions. */
export function readDesks(folder: string): readonly Desk[] {
  const sessions = rows(join(folder, "sessions.jsonl"), sessionSchema);
  return rows(join(folder, "personas.jsonl"), personaSchema).map((persona) => ({
    persona,
    sessions: sessions.filter((session) => session.persona === persona.id),
  }));
}

/** As a user would write it: those of its traits that are labels, and its examples if they count. */
export function personaOf(
  { name, expresses, examples_in, examples_out }: PersonaRow,
  examples: "with" | "without",
): PersonaInput {
  return {
    name,
    allows: expresses.filter((label) => shippedLabels.some((known) => known === label)),
    ...(examples === "with" ? { examples: { in: examples_in, out: examples_out } } : {}),
  };
}

function rows<Row>(path: string, schema: z.ZodType<Row>): readonly Row[] {
  return readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => schema.parse(JSON.parse(line)));
}
