import * as z from "zod";
import { PersonaGuardError } from "./errors.js";
import { kinds } from "./utterance.js";

const kind = z.enum(kinds);
/** Fewer texts of a side say nothing that would hold for the next one. */
const fewestExamples = 3;
/** As many as a list in a persona's file is read by people; more belong into "persona-guard train". */
const mostExamples = 200;
const exampleTexts = z
  .array(z.string().trim().min(1))
  .min(fewestExamples)
  .max(mostExamples)
  .refine((texts) => new Set(texts).size === texts.length, "holds a text twice");

const traits = z.array(z.string().min(1));

const personaSchema = z
  .strictObject({
    name: z.string().min(1).describe("Short name, used in logs and events."),
    version: z.string().min(1).default("1").describe("Change it whenever the character changes."),
    description: z.string().default("").describe("Who the agent is, in a sentence or two."),
    style: z
      .string()
      .default("")
      .describe("How it speaks, in free words: quoted to the model when a draft is redone."),
    expresses: traits.default([]).describe("Labels that it must show."),
    allows: traits.default(["neutral"]).describe("Labels that it may show."),
    avoids: traits
      .default([])
      .describe("Labels that it must not show; any label not expressed or allowed is outside too."),
    traits: z
      .array(z.string().min(1))
      .default([])
      .describe('Files of custom traits, written by "persona-guard train", from this file\'s folder.'),
    examples: z
      .strictObject({
        in: exampleTexts.describe("Texts as the agent should write them."),
        out: exampleTexts.describe("Texts as it should not: another voice, on the same business."),
      })
      .optional()
      .describe(
        "From them a score is learned that counts beside the traits: for a voice that no label names.",
      ),
    kinds: z
      .partialRecord(kind, z.strictObject({ expresses: traits.optional(), allows: traits.optional() }))
      .default({})
      .describe("What differs in one kind of text."),
    tools: z
      .record(
        z.string(),
        z.union([z.literal(false), kind, z.record(z.string(), z.union([z.literal(false), kind]))]),
      )
      .default({})
      .describe("Tool name or glob -> false, a kind for all its text, or argument path -> kind or false."),
  })
  .superRefine((persona, context) => {
    const inside = new Set(persona.examples?.in);
    for (const [index, text] of persona.examples?.out.entries() ?? []) {
      if (inside.has(text)) {
        context.addIssue({
          code: "custom",
          path: ["examples", "out", index],
          message: "is among examples.in as well; keep it in one list",
        });
      }
    }
    const wanted = new Set([...persona.expresses, ...persona.allows]);
    for (const [index, trait] of persona.avoids.entries()) {
      if (wanted.has(trait)) {
        context.addIssue({
          code: "custom",
          path: ["avoids", index],
          message: `"${trait}" is expressed or allowed as well; keep it in one list`,
        });
      }
    }
    if (wanted.size === 0) {
      context.addIssue({
        code: "custom",
        path: ["allows"],
        message: "is empty and so is expresses: no text could ever be in persona",
      });
    }
  });

/** Who the agent should be, with every default filled in. */
export type Persona = z.infer<typeof personaSchema>;
/** A persona as written in YAML, JSON or code: only `name` is required. */
export type PersonaInput = z.input<typeof personaSchema>;

/** The label that takes what a persona's examples take from its confidence; outside every persona. */
export const unlikeExamples = "unlike-examples";

/** Typed literal of a persona. @throws PersonaGuardError "persona-invalid" */
export function definePersona(persona: PersonaInput): Persona {
  return parsePersona(persona, "definePersona");
}

/**
 * Unknown content, for example parsed YAML, to a persona.
 *
 * @param source named in the message, for example the file's path
 * @throws PersonaGuardError "persona-invalid" listing every fault with its field
 */
export function parsePersona(content: unknown, source: string): Persona {
  const result = personaSchema.safeParse(content);
  if (result.success) return result.data;
  const faults = result.error.issues.map(
    (issue) => `  ${issue.path.join(".") || "(top level)"}: ${issue.message}`,
  );
  throw new PersonaGuardError("persona-invalid", `${source} is not a valid persona:\n${faults.join("\n")}`);
}

/** JSON Schema (draft 2020-12) of a persona file. */
export function personaJsonSchema(): object {
  return z.toJSONSchema(personaSchema, { io: "input" });
}
