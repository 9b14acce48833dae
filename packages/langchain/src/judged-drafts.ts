import type { AIMessage } from "@langchain/core/messages";

/** Personas whose guards have judged a message; callbacks are given the same object as the guard. */
const judged = new WeakMap<AIMessage, Set<string>>();

/** Tells whoever watches the run that a draft is judged and logged already. */
export function markJudged(draft: AIMessage, persona: string): void {
  judged.set(draft, (judged.get(draft) ?? new Set()).add(persona));
}

export function isJudged(message: AIMessage, persona: string): boolean {
  return judged.get(message)?.has(persona) === true;
}
