import { element } from "./element.js";
import type { Run } from "./run.js";

const terms = [
  [
    "Confidence",
    "calibrated probability, from 0 to 1, that a text is in persona. A step has that of its lowest text.",
  ],
  [
    "Drifted",
    "a text rarer, among texts known to be in persona, than the false-alarm rate; or below the threshold, where one was given.",
  ],
  ["p", "share of texts known to be in persona whose confidence is as low."],
  [
    "Alarm",
    "the session as a whole speaks against “still in persona”: under a persona kept, at most 1 session in 100 ever raises it.",
  ],
  ["Drift began", "the step at which, looking back from the alarm, the drift most likely began."],
  ["Undecided", "too short, in another language, or as usual for drifted texts as for those in persona."],
  [
    "95 % interval",
    "of the drift rate it takes the steps of a session together; elsewhere it is Wilson's, as if texts were independent, so that the truth may lie further off.",
  ],
] as const;

/** The words of the report, and where its numbers are. */
export function notes({ summary }: Run): HTMLElement {
  return element(
    "footer",
    {},
    element(
      "details",
      {},
      element("summary", {}, "How to read this report"),
      element(
        "dl",
        {},
        ...terms.flatMap(([term, meaning]) => [element("dt", {}, term), element("dd", {}, meaning)]),
      ),
    ),
    element(
      "p",
      { class: "quiet" },
      `All numbers are in summary.json (${summary.schema}), all verdicts in verdicts.jsonl. Secrets and personal data in texts are masked.`,
    ),
  );
}
