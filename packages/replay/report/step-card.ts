import { element } from "./element.js";
import { evidenceIn } from "./evidence-in.js";
import { confidenceText } from "./number-text.js";
import { outcomeWords } from "./outcome-words.js";
import type { ShownStep, ShownUtterance } from "./run.js";

/** A step with its texts. @param links where to go from it */
export function stepCard(step: ShownStep, ...links: readonly HTMLElement[]): HTMLElement {
  const { session, index, outcome, confidence, model, place, line, utterances } = step;
  return element(
    "article",
    { class: `step ${outcome}`, "data-line": line },
    element(
      "h3",
      {},
      element("span", { class: "badge" }, outcomeWords[outcome]),
      ` ${session.id}, step ${index}`,
      confidence !== undefined &&
        element("span", { class: "quiet" }, ` · confidence ${confidenceText(confidence)}`),
    ),
    ...utterances.map((utterance, at) => utteranceBlock(utterance, step, at)),
    utterances.length === 0 && element("p", { class: "quiet" }, "Nothing in the agent's voice."),
    element(
      "p",
      { class: "place" },
      `${place} · verdicts.jsonl:${line} · ${model}`,
      ...links.flatMap((link) => [" · ", link]),
    ),
  );
}

function utteranceBlock(
  { kind, field, outcome, confidence, trait, reason }: ShownUtterance,
  step: ShownStep,
  at: number,
): HTMLElement {
  const found = step.text?.utterances[at];
  const several = step.utterances.length > 1;
  const facts = [
    ...(trait === undefined ? [] : [`to ${trait}`]),
    `${kind ?? "text"} in ${field}`,
    ...(several ? [outcomeWords[outcome]] : []),
    ...(several && confidence !== undefined ? [`confidence ${confidenceText(confidence)}`] : []),
    ...(found?.pValue === undefined ? [] : [`p = ${found.pValue}`]),
    ...(reason === undefined ? [] : [`reason: ${reason}`]),
  ];
  return element(
    "div",
    { class: "utterance" },
    element(
      "p",
      { class: "facts" },
      trait !== undefined && element("strong", { class: "trait" }, trait),
      (trait === undefined ? facts : facts.slice(1)).join(" · "),
    ),
    found === undefined || (found.text === undefined && found.evidence.length === 0)
      ? element("p", { class: "quiet" }, absentText(step))
      : evidenceIn(found),
  );
}

function absentText({ outcome, line }: ShownStep): string {
  return outcome === "drifted"
    ? `Its text is not on this page: see line ${line} of verdicts.jsonl.`
    : "Of its text nothing was kept; persona-guard replay --texts keeps all, masked.";
}
