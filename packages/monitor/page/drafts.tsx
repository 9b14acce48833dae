import { diffSentences, diffWordsWithSpace, type Change as Part } from "diff";
import type { StepView } from "../src/dashboard/api.js";
import { VisibleText } from "./visible-text.js";
import { draftWords } from "./words.js";

type Event = StepView["event"];

/** Texts beyond this are not compared: it would take longer than a reader waits, in UTF-16 code units. */
const longestCompared = 20_000;
const leastKept = 0.5;
const comparingMs = 250;

/** What changed from each draft to the next: whole texts where the log holds them, else a word on why not. */
export function Drafts({ drafts }: { readonly drafts: readonly Event[] }) {
  const pairs = drafts.slice(1).map((after, at) => ({ before: drafts[at], after }));
  if (pairs.length === 0) return null;
  return (
    <section aria-labelledby="changes-title">
      <h2 id="changes-title">From draft to redraft</h2>
      {pairs.map(
        ({ before, after }) =>
          before !== undefined && <Change key={after.id} before={before} after={after} />,
      )}
    </section>
  );
}

function Change({ before, after }: { readonly before: Event; readonly after: Event }) {
  const fields = [...new Set([...before.utterances, ...after.utterances].map(({ field }) => field))];
  return (
    <>
      {fields.map((field) => (
        <section key={field} class="change">
          <h3>
            <VisibleText>{field === "text" ? "Reply" : field}</VisibleText>{" "}
            <span class="quiet">
              {draftWords(before.attempt)} → {draftWords(after.attempt)}
            </span>
          </h3>
          <FieldChange before={textOf(before, field)} after={textOf(after, field)} />
        </section>
      ))}
    </>
  );
}

function FieldChange({
  before,
  after,
}: {
  readonly before: string | undefined;
  readonly after: string | undefined;
}) {
  if (before === undefined && after === undefined)
    return <p class="quiet">The log holds no whole texts, so the drafts cannot be compared.</p>;
  if (before === undefined) return <p class="quiet">Only the redraft has this text.</p>;
  if (after === undefined) return <p class="quiet">The redraft does without this text.</p>;
  const parts =
    before.length > longestCompared || after.length > longestCompared
      ? undefined
      : differencesOf(before, after);
  if (parts === undefined) return <p class="quiet">The texts are too long to be compared here.</p>;
  return (
    <blockquote class="text">
      {parts.map(({ value, added, removed }, at) => {
        const text = <VisibleText key={at}>{value}</VisibleText>;
        if (added) return <ins key={at}>{text}</ins>;
        return removed ? <del key={at}>{text}</del> : text;
      })}
    </blockquote>
  );
}

/** Word by word, or where little has stayed, sentence by sentence: a patchwork of words says nothing. */
function differencesOf(before: string, after: string): readonly Part[] | undefined {
  const words = diffWordsWithSpace(before, after, { timeout: comparingMs });
  const kept = (words ?? [])
    .filter(({ added, removed }) => !added && !removed)
    .reduce((sum, { value }) => sum + value.length, 0);
  if (words !== undefined && kept >= leastKept * Math.max(before.length, after.length)) return words;
  return diffSentences(before, after, { timeout: comparingMs });
}

function textOf({ utterances }: Event, field: string): string | undefined {
  return utterances.find((one) => one.field === field)?.text;
}
