import type { SessionView } from "../src/dashboard/api.js";
import { ConfidenceChart } from "./confidence-chart.js";
import { useQuery } from "./query.js";
import { Answer } from "./state.js";
import { StepItem } from "./step-item.js";
import { VisibleText } from "./visible-text.js";
import { count, statistic } from "./words.js";

export function SessionPage({ name, version }: { readonly name: string; readonly version: number }) {
  const session = useQuery<SessionView>(`api/session?${new URLSearchParams({ name })}`, version);
  return (
    <>
      <h1>
        Session <VisibleText>{name}</VisibleText>
      </h1>
      <Answer query={session}>{(view) => <Session view={view} />}</Answer>
    </>
  );
}

function Session({ view: { rows, more } }: { readonly view: SessionView }) {
  const last = rows.at(-1);
  if (last === undefined) return null;
  const alarm = rows.find((row) => row.alarm);
  const began = rows.findLast((row) => row.began !== null)?.began ?? undefined;
  return (
    <>
      <p class="lead">
        <VisibleText>{last.persona}</VisibleText>
        {last.model !== null && (
          <>
            {" on "}
            <VisibleText>{last.model}</VisibleText>
          </>
        )}
        {". "}
        {alarm === undefined ? (
          <>No session alarm: its e-value is {statistic(last.eValue)}.</>
        ) : (
          <strong class="drifted">
            Session alarm at step {alarm.index}
            {began !== undefined && `; the drift most likely began at step ${began}`}.
          </strong>
        )}
      </p>
      <section class="chart" aria-labelledby="confidence-title">
        <h2 id="confidence-title">Confidence that each step is in persona</h2>
        <p class="quiet">
          Triangles drifted; hollow marks are redrafts. The lower curve is the evidence that the session
          drifts.
        </p>
        <ConfidenceChart rows={rows} alarmAt={alarm?.index} beganAt={began} />
      </section>
      <section aria-labelledby="steps-title">
        <h2 id="steps-title">Steps</h2>
        <ol class="steps of-session">
          {rows.map((row) => (
            <StepItem key={row.seq} row={row} within="session" />
          ))}
        </ol>
        {more > 0 && <p class="quiet">And {count(more)} more.</p>}
      </section>
    </>
  );
}
