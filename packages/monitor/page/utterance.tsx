import { useState } from "preact/hooks";
import type { StepView } from "../src/dashboard/api.js";
import { markedParts } from "./marked-parts.js";
import { VisibleText } from "./visible-text.js";
import { confidence, count, outcomeWords } from "./words.js";

/** Longer texts are shown up to here until the reader asks for all, in UTF-16 code units. */
const shownAtFirst = 20_000;

/** One text of a step: whole if the log holds it, with its evidence marked; else the evidence alone. */
export function Utterance({ utterance }: { readonly utterance: StepView["event"]["utterances"][number] }) {
  const { field, kind, outcome, driftedTo, confidence: value, reason, evidence, text } = utterance;
  return (
    <section class={`utterance ${outcome}`}>
      <h2>
        <VisibleText>{field === "text" ? "Reply" : field}</VisibleText> <span class="quiet">{kind}</span>
      </h2>
      <p>
        <strong class={outcome}>
          <VisibleText>
            {driftedTo === undefined ? outcomeWords[outcome] : `drifted to ${driftedTo}`}
          </VisibleText>
        </strong>
        {value !== undefined && `, in persona ${confidence(value)}`}
        {reason !== undefined && (
          <>
            {": "}
            <VisibleText>{reason}</VisibleText>
          </>
        )}
      </p>
      {text !== undefined && <WholeText text={text} evidence={evidence.map((span) => span.text)} />}
      {text === undefined && evidence.length > 0 && (
        <ul class="evidence" aria-label="Evidence">
          {evidence.map((span, at) => (
            <li key={at}>
              <q>
                <VisibleText>{span.text}</VisibleText>
              </q>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function WholeText({ text, evidence }: { readonly text: string; readonly evidence: readonly string[] }) {
  const [isWhole, setIsWhole] = useState(false);
  const shown = isWhole ? text : text.slice(0, shownAtFirst);
  return (
    <>
      <blockquote class="text">
        {markedParts(shown, evidence).map(({ part, isMarked }, at) =>
          isMarked ? (
            <mark key={at}>
              <VisibleText>{part}</VisibleText>
            </mark>
          ) : (
            <VisibleText key={at}>{part}</VisibleText>
          ),
        )}
      </blockquote>
      {shown.length < text.length && (
        <button type="button" onClick={() => setIsWhole(true)}>
          Show all {count(text.length)} characters
        </button>
      )}
    </>
  );
}
