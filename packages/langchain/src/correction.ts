import { type AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { factTypes, fieldOf, type JudgedUtterance, type Judgement, type Persona } from "@persona-guard/core";
import type { Facts } from "./facts-kept.js";

/** How a request for a new draft begins: by it a redraft is told from a turn of its own. */
export const correctionMark = "[persona-guard]";

/** What each shipped label sounds like, for a model that has to leave it. */
const traitInWords: Readonly<Record<string, string>> = {
  neutral: "flat and without the character it should have",
  sarcasm: "sarcastic: irony, mock praise or a barbed aside",
  humor: "joking",
  remorse: "overly apologetic: needless apology, self-blame or timid hedging",
  nonchalance: "too laid-back: it shrugs the matter off",
  impulsiveness: "impulsive: it rushes, jumps to conclusions or changes its mind",
  sycophancy: "flattering: praise or agreement beyond the facts",
  mathematical: "framed as mathematics",
  poeticism: "poetic: imagery or lifted wording",
  loving: "too tender: affection and reassurance beyond good service",
  goodness: "moralising",
  misalignment: "evasive or manipulative: it hides things or cuts corners",
};

/** The messages that ask for a new draft: the rejected one, an answer to each of its tool calls, and what to change. */
export function redraftMessages(
  draft: readonly BaseMessage[],
  calls: AIMessage["tool_calls"],
  correction: string,
): BaseMessage[] {
  const answered = new Set(
    draft.flatMap((message) => (ToolMessage.isInstance(message) ? [message.tool_call_id] : [])),
  );
  const refusals = (calls ?? [])
    .filter(({ id }) => id !== undefined && !answered.has(id))
    .map(
      ({ id, name }) =>
        new ToolMessage({
          tool_call_id: id ?? "",
          name,
          status: "error",
          content: "Not executed: the draft was not accepted.",
        }),
    );
  return [...draft, ...refusals, new HumanMessage(correction)];
}

/**
 * Tells the model which sentences left the character, or which facts its redraft lost, and how to write the step again.
 */
export function correctionFor(judgement: Judgement, persona: Persona, lost?: Facts): string {
  const faults = judgement.utterances.flatMap((one) => faultOf(one));
  const missing = lost === undefined ? [] : factTypes.flatMap((type) => lost[type]);
  const character = [persona.description, persona.style].filter((words) => words !== "").join(" ");
  const reason =
    faults.length > 0
      ? `it left the character of "${persona.name}"`
      : "it lost or changed facts of the draft before it";
  return [
    `${correctionMark} Your last draft was not sent and none of its tool calls ran: ${reason}.`,
    ...faults,
    ...(missing.length === 0
      ? []
      : [`- These facts of the first draft are missing or changed: ${missing.join("; ")}.`]),
    ...(character === "" ? [] : [`The character: ${character}`]),
    "Do the same step again, in character. Keep every fact, number, amount, date, name, address and id, and the same tool calls.",
    "Change only how it is said. Do not mention this correction or explain the change.",
  ].join("\n");
}

/** Where an utterance drifted and how, in a line; nothing if it did not. */
export function faultOf({ utterance, verdict }: JudgedUtterance): readonly string[] {
  if (verdict.outcome !== "drifted") return [];
  const where = utterance.source.from === "text" ? "Your message" : `The argument ${fieldOf(utterance)}`;
  const sound =
    verdict.driftedTo === "suppressed"
      ? "lost the character that it should show"
      : `reads as ${traitInWords[verdict.driftedTo] ?? verdict.driftedTo}`;
  const sentences = verdict.evidence.map(({ text }) => `"${text}"`).join(" / ");
  return [`- ${where} ${sound}${sentences === "" ? "." : `, above all in: ${sentences}`}`];
}
