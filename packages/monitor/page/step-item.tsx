import type { StepRow } from "../src/dashboard/api.js";
import { Mark } from "./mark.js";
import { hrefOf } from "./route.js";
import { VisibleText } from "./visible-text.js";
import { confidence, draftWords, outcomeWords, time } from "./words.js";

/** One step in a list: a line if all is well, two if there is something to read. */
export function StepItem({
  row,
  within = "log",
}: {
  readonly row: StepRow;
  readonly within?: "log" | "session";
}) {
  const { outcome, driftedTo, evidence, rescuedFrom, action } = row;
  const what = driftedTo === null ? outcomeWords[outcome] : `drifted to ${driftedTo}`;
  return (
    <li class={outcome}>
      <a href={hrefOf("step", row.id)}>
        <span class="head">
          <time dateTime={new Date(row.at).toISOString()}>{time(row.at)}</time>
          <Mark outcome={outcome} />
          <span class="what">
            <VisibleText>{what}</VisibleText>
            {rescuedFrom !== null && ", rescued"}
            {action === "reprompt" && ", sent back"}
            {(action === "block" || action === "replace") && ", withheld"}
          </span>
          <span class="confidence">{row.confidence === null ? "" : confidence(row.confidence)}</span>
        </span>
        <span class="where">
          {within === "log" && (
            <>
              <VisibleText>{row.persona}</VisibleText>
              {" · "}
              <VisibleText>{row.session}</VisibleText>
              {" · "}
            </>
          )}
          {`step ${row.index}`}
          {row.attempt > 1 && ` · ${draftWords(row.attempt)}`}
          {row.alarm && <strong> · in alarm</strong>}
        </span>
        {evidence !== null && (
          <q>
            <VisibleText>{evidence}</VisibleText>
          </q>
        )}
      </a>
    </li>
  );
}
