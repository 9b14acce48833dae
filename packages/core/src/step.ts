import * as z from "zod";
import { PersonaGuardError } from "./errors.js";
import { kinds } from "./utterance.js";

const stepSchema = z.object({
  id: z.string().min(1).describe("Unique within its session."),
  session: z.string().min(1).default("session").describe("Conversation or run that the step belongs to."),
  index: z.int().min(0).default(0).describe("Position in the session, from 0."),
  text: z.string().default("").describe("What the agent wrote as a message; empty if it only called tools."),
  kind: z.enum(kinds).default("chat").describe("Kind of `text`."),
  toolCalls: z
    .array(
      z.object({
        id: z.string().optional(),
        name: z.string().min(1),
        args: z.record(z.string(), z.unknown()),
      }),
    )
    .default([]),
  model: z.string().optional(),
});

/** One thing the agent did: a model turn with its text and its tool calls. */
export type Step = Readonly<z.infer<typeof stepSchema>>;
export type StepInput = z.input<typeof stepSchema>;
export type ToolCall = Step["toolCalls"][number];

/**
 * Unknown content to a step; unknown extra fields are dropped.
 *
 * @param source where it stood, for example "trace.jsonl:118"
 * @throws PersonaGuardError "trace-unreadable" naming the fields at fault
 */
export function parseStep(content: unknown, source: string): Step {
  const result = stepSchema.safeParse(content);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.join(".") || "(row)"}: ${issue.message}`);
  throw new PersonaGuardError("trace-unreadable", `${source}: not a step: ${faults.join("; ")}`);
}
