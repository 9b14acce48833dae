import type { StepRow } from "../src/dashboard/api.js";
import { outcomeWords } from "./words.js";

/** An outcome as a shape and a colour; its word is there for who sees neither. */
export function Mark({ outcome }: { readonly outcome: StepRow["outcome"] }) {
  return (
    <svg class={`mark ${outcome}`} viewBox="0 0 12 12" role="img" aria-label={outcomeWords[outcome]}>
      <Shape outcome={outcome} />
    </svg>
  );
}

function Shape({ outcome }: { readonly outcome: StepRow["outcome"] }) {
  switch (outcome) {
    case "drifted":
      return <path d="M6 1 L11.5 11 H0.5 Z" />;
    case "in-persona":
      return <circle cx="6" cy="6" r="4" />;
    case "undecided":
      return <circle class="hollow" cx="6" cy="6" r="3.6" />;
    case "unscored":
      return <path class="hollow" d="M2 2 L10 10 M10 2 L2 10" />;
    case "silent":
      return <path class="hollow" d="M2 6 H10" />;
  }
}
