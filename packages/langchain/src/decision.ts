import { PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";

const decisionSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("approve") }),
  z.object({
    type: z.literal("edit"),
    editedAction: z.object({ name: z.string().min(1), args: z.record(z.string(), z.unknown()) }),
  }),
  z.object({ type: z.literal("reject"), message: z.string().optional() }),
]);

/** What a person decided about one tool call, in the shape of LangChain's human review. */
export type Decision = z.infer<typeof decisionSchema>;

/** What a run that waits for a decision is to be resumed with. */
export const answerSchema = z.object({ decisions: z.array(decisionSchema).length(1) });

/**
 * The decision that a run was resumed with.
 *
 * @param tool named in the message
 * @throws PersonaGuardError "input-unreadable"
 */
export function parseDecision(answer: unknown, tool: string): Decision {
  const { data, error } = answerSchema.safeParse(answer);
  const [decision] = data?.decisions ?? [];
  if (decision === undefined) throw unreadableDecision(error, tool);
  return decision;
}

/** @param cause of which LangGraph may have noted that the interrupt can be answered again */
export function unreadableDecision(cause: z.core.$ZodError | undefined, tool: string): PersonaGuardError {
  const faults = cause === undefined ? "there is none" : z.prettifyError(cause);
  return new PersonaGuardError(
    "input-unreadable",
    `The decision about ${tool} cannot be read: ${faults}\n` +
      'Resume with { decisions: [{ type: "approve" }] }, or one of type "edit" with editedAction: { name, args }, or of type "reject".',
    { cause },
  );
}
