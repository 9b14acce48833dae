import type { Span } from "@persona-guard/core";
import type { StepText } from "../src/report-data.js";
import { element } from "./element.js";

/** Evidence sentences of this length have been cut. */
const longestEvidence = 300;

/** The text with its evidence marked; the evidence alone where the whole text was not kept. */
export function evidenceIn({ text, evidence }: StepText["utterances"][number]): HTMLElement {
  const alone = () =>
    element(
      "blockquote",
      { dir: "auto" },
      ...evidence.flatMap((span) => [" … ", marked(span.text)]).slice(1),
    );
  if (text === undefined) return alone();
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const span of evidence.toSorted((a, b) => a.start - b.start)) {
    const start = placeOf(span, text, at);
    if (start < 0) continue;
    const end = endOf(span, start, text);
    parts.push(text.slice(at, start), marked(text.slice(start, end)));
    at = end;
  }
  const whole = element("blockquote", { dir: "auto" }, ...parts, text.slice(at));
  const isLost = evidence.length > 0 && parts.length === 0;
  return isLost ? element("div", {}, whole, alone()) : whole;
}

/** Offsets are of the text before it was masked; masks before a sentence move it, so that it is then looked for. */
function placeOf(span: Span, text: string, from: number): number {
  if (span.start >= from && text.startsWith(span.text, span.start)) return span.start;
  return text.indexOf(span.text, from);
}

/** Of a sentence that was cut, the end is where its offsets say. */
function endOf({ start, end, text: sentence }: Span, found: number, text: string): number {
  const length = sentence.length < longestEvidence ? sentence.length : Math.max(sentence.length, end - start);
  return Math.min(text.length, found + length);
}

function marked(text: string): HTMLElement {
  return element("mark", {}, text);
}
