import { useEffect, useState } from "preact/hooks";
import type { StepRow } from "../src/dashboard/api.js";
import { Choice, filterQuery } from "./filters.js";
import { useQuery } from "./query.js";
import { ask, type Route } from "./route.js";
import { Answer, Empty } from "./state.js";
import { StepItem } from "./step-item.js";
import { outcomeWords } from "./words.js";

/** As many as the server sends at once. */
const pageSize = 50;
/** After the last letter, in milliseconds. */
const typingMs = 300;
const outcomes = [["", "Any outcome"], ...Object.entries(outcomeWords)] as const;

/** Search over the whole history; older finds on request. */
export function Search({ route, version }: { readonly route: Route; readonly version: number }) {
  const { query } = route;
  const [text, setText] = useState(query.get("text") ?? "");
  useEffect(() => {
    const timer = setTimeout(() => {
      if (text.trim() !== (query.get("text") ?? "")) ask(route, { text: text.trim(), before: "" });
    }, typingMs);
    return () => clearTimeout(timer);
  }, [text, route]);
  const before = query.get("before") ?? "";
  const asked = { text: query.get("text") ?? "", outcome: query.get("outcome") ?? "", before };
  // Older finds do not change; the newest do.
  const found = useQuery<readonly StepRow[]>(
    `api/search?${filterQuery(route, asked)}`,
    before === "" ? version : 0,
  );
  return (
    <>
      <h1>Search</h1>
      <search class="search">
        <label class="choice wide">
          <span>Session, step, persona, trait or words of the evidence</span>
          <input type="search" value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
        </label>
        <Choice route={route} name="outcome" label="Outcome" options={outcomes} />
      </search>
      <Answer query={found}>
        {(rows) => (
          <>
            <p class="quiet" role="status">
              {foundWords(rows, before)}
            </p>
            {rows.length === 0 ? (
              <Empty>Only evidence is logged of texts, so only that can be searched.</Empty>
            ) : (
              <List rows={rows} />
            )}
            <p class="title-line">
              {before !== "" && (
                <button type="button" onClick={() => ask(route, { before: "" })}>
                  Newest
                </button>
              )}
              {rows.length === pageSize && (
                <button type="button" onClick={() => ask(route, { before: String(rows.at(-1)?.seq ?? "") })}>
                  Older
                </button>
              )}
            </p>
          </>
        )}
      </Answer>
    </>
  );
}

function List({ rows }: { readonly rows: readonly StepRow[] }) {
  return (
    <ol class="steps found">
      {rows.map((row) => (
        <StepItem key={row.seq} row={row} />
      ))}
    </ol>
  );
}

function foundWords(rows: readonly StepRow[], before: string): string {
  if (rows.length === 0) return "No step fits.";
  const which = before === "" ? "newest" : "next older";
  return rows.length === pageSize ? `The ${which} ${pageSize} steps that fit.` : `${rows.length} steps fit.`;
}
