import { AssertionError } from "node:assert";
import { AIMessage } from "@langchain/core/messages";
import { loadGuard } from "@persona-guard/classifier";
import {
  fieldOf,
  type JudgedUtterance,
  type Kind,
  type Persona,
  PersonaGuard,
  type PersonaInput,
  parseStep,
  type Step,
  utterancesOf,
} from "@persona-guard/core";
import { stepOfMessage } from "@persona-guard/langchain";

/** A guard, or a persona (object, or path of its file) that is judged with the shipped classifier and its calibration. */
export type GuardOrPersona = PersonaGuard | Persona | PersonaInput | string;

export interface ToBeInPersonaOptions {
  /** Of a text; those of a message's tool calls follow from persona and tool. @default "chat" */
  readonly kind?: Kind;
}

/** For the types of Vitest and Jest: see `@persona-guard/testing/vitest` and `/jest`. */
export interface PersonaMatchers<Result> {
  /** Every text in the agent's voice, in a string or an AI message with its tool calls, is in persona. */
  toBeInPersona(persona: GuardOrPersona, options?: ToBeInPersonaOptions): Result;
}

const loaded = new Map<unknown, Promise<PersonaGuard>>();

/**
 * Matcher for `expect.extend`, in Vitest and Jest alike; asynchronous, so `await` it.
 *
 * What cannot be told (a short text, another language, nothing in the agent's voice, a failed classifier) fails, also after
 * `.not`. Judged outside any session.
 *
 * @example
 * expect.extend({ toBeInPersona });
 * await expect(reply).toBeInPersona("./persona.yaml");
 * await expect("Oh, brilliant, another form for the 12th time.").not.toBeInPersona(guard, { kind: "email" });
 */
export async function toBeInPersona(
  received: unknown,
  persona: GuardOrPersona,
  { kind = "chat" }: ToBeInPersonaOptions = {},
): Promise<{ readonly pass: boolean; readonly message: () => string }> {
  const guard = await guardFor(persona);
  const judged = await guard.judgeUtterances(utterancesOf(stepOf(received, kind), guard.persona));
  const name = `persona "${guard.persona.name}"`;
  const lines = judged.map((one) => `  ${described(one)}`).join("\n");
  const pass = !judged.some(({ verdict }) => verdict.outcome === "drifted");
  const isTold = judged.length > 0 && judged.every(({ verdict }) => verdict.outcome !== "unscored");
  if (pass && !(isTold && judged.some(({ verdict }) => verdict.outcome === "in-persona"))) {
    const reason = judged.length === 0 ? "  nothing in it speaks in the agent's voice" : lines;
    throw new AssertionError({ message: `Whether this is in ${name} cannot be told:\n${reason}` });
  }
  return {
    pass,
    message: () =>
      `expected this ${pass ? "not " : ""}to be in ${name}, and it is${pass ? "" : " not"}:\n${lines}`,
  };
}

function guardFor(persona: GuardOrPersona): Promise<PersonaGuard> {
  if (persona instanceof PersonaGuard) return Promise.resolve(persona);
  const guard = loaded.get(persona) ?? loadGuard({ persona });
  loaded.set(persona, guard);
  return guard;
}

function stepOf(received: unknown, kind: Kind): Step {
  if (typeof received === "string")
    return parseStep({ id: "received", text: received, kind }, "toBeInPersona");
  if (AIMessage.isInstance(received)) return stepOfMessage(received, { session: "received", index: 0 });
  throw new AssertionError({ message: "toBeInPersona reads a string or an AI message." });
}

function described({ utterance, verdict }: JudgedUtterance): string {
  const field = fieldOf(utterance);
  switch (verdict.outcome) {
    case "in-persona":
      return `${field}: in persona (confidence ${verdict.confidence.toFixed(2)})`;
    case "drifted": {
      const sentences = verdict.evidence.map(({ text }) => ` "${text}"`).join("");
      return `${field}: drifted to ${verdict.driftedTo} (confidence ${verdict.confidence.toFixed(2)})${sentences}`;
    }
    case "undecided":
      return `${field}: undecided, ${verdict.reason}`;
    case "unscored":
      return `${field}: unscored, ${verdict.cause.message}`;
  }
}
