import { useState } from "preact/hooks";
import type { StepRow } from "../src/dashboard/api.js";
import type { Live } from "./live.js";
import { ask, type Route } from "./route.js";
import { Empty } from "./state.js";
import { StepItem } from "./step-item.js";
import { count } from "./words.js";

const mostShown = 24;

/** The latest steps as they come. It stands still while the reader points at it or moves through it. */
export function Feed({ route, live }: { readonly route: Route; readonly live: Live }) {
  const [held, setHeld] = useState<readonly StepRow[]>();
  const only = route.query.get("feed") === "drift";
  const shown = (held ?? live.rows).filter((row) => fits(row, route, only)).slice(0, mostShown);
  const newestHeld = held?.[0]?.seq ?? Number.POSITIVE_INFINITY;
  const waiting = live.rows.filter((row) => row.seq > newestHeld && fits(row, route, only)).length;
  const hold = () => setHeld((rows) => rows ?? live.rows);
  const release = () => setHeld(undefined);
  return (
    <section class="feed" aria-labelledby="feed-title">
      <div class="title-line">
        <h2 id="feed-title">Live</h2>
        <label class="tick-box">
          <input
            type="checkbox"
            checked={only}
            onChange={({ currentTarget }) => ask(route, { feed: currentTarget.checked ? "drift" : "" })}
          />{" "}
          Drift only
        </label>
      </div>
      <p class="quiet">{waiting > 0 ? `Held while you look; ${count(waiting)} newer.` : "Newest first."}</p>
      {shown.length === 0 ? (
        <Empty>
          {live.rows.length === 0
            ? "Steps appear here as they are judged."
            : "None of the latest steps fits."}
        </Empty>
      ) : (
        <ol
          class="steps"
          onPointerEnter={hold}
          onPointerLeave={release}
          onFocusIn={hold}
          onFocusOut={({ currentTarget, relatedTarget }) => {
            const staysWithin = relatedTarget instanceof Node && currentTarget.contains(relatedTarget);
            if (!staysWithin) release();
          }}
        >
          {shown.map((row) => (
            <StepItem key={row.seq} row={row} />
          ))}
        </ol>
      )}
    </section>
  );
}

function fits(row: StepRow, { query }: Route, only: boolean): boolean {
  const persona = query.get("persona") ?? "";
  const model = query.get("model") ?? "";
  return (
    (persona === "" || row.persona === persona) &&
    (model === "" || row.model === model) &&
    (!only || row.outcome === "drifted")
  );
}
