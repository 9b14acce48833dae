import { AIMessage } from "@langchain/core/messages";

/** Deeper than a message lies in what a node gives back. */
const deepest = 6;

/** Names of the personas whose guards say, in the messages of a run's output, that they judged them. */
export function judgedBy(output: unknown): ReadonlySet<string> {
  const personas = new Set<string>();
  const visit = (value: unknown, depth: number) => {
    if (typeof value !== "object" || value === null || depth > deepest) return;
    if (AIMessage.isInstance(value)) {
      const persona = personaIn(value.response_metadata);
      if (persona !== undefined) personas.add(persona);
      return;
    }
    for (const inner of Object.values(value)) visit(inner, depth + 1);
  };
  visit(output, 0);
  return personas;
}

function personaIn({ persona_guard: verdict }: Readonly<Record<string, unknown>>): string | undefined {
  const isVerdict = typeof verdict === "object" && verdict !== null && "persona" in verdict;
  return isVerdict && typeof verdict.persona === "string" ? verdict.persona : undefined;
}
