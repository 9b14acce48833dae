import { useMemo } from "preact/hooks";
import type { FleetPoint, Series, Summary } from "../src/dashboard/api.js";
import { Coverage } from "./coverage.js";
import { DriftRates } from "./drift-rates.js";
import { Feed } from "./feed.js";
import { filterQuery } from "./filters.js";
import type { Live } from "./live.js";
import { useQuery } from "./query.js";
import type { Route } from "./route.js";
import { Answer, Empty } from "./state.js";
import { TimeChart } from "./time-chart.js";
import { count, milliseconds, shareOf, statistic } from "./words.js";

export function Overview({ route, live }: { readonly route: Route; readonly live: Live }) {
  const summary = useQuery<Summary>(`api/summary?${filterQuery(route)}`, live.version);
  const isEmpty = summary.state === "done" && summary.value.steps === 0;
  // The same element is not looked at again: steps come many times a second, charts change every other one.
  const charts = useMemo(
    () =>
      !isEmpty && (
        <div class="charts">
          <DriftRates route={route} version={live.version} />
          <Fleet route={route} version={live.version} />
          <Coverage route={route} version={live.version} />
        </div>
      ),
    [route, live.version, isEmpty],
  );
  return (
    <>
      <h1 class="unseen">Overview</h1>
      <Unreadable live={live} />
      <div class="overview">
        <section aria-label="Figures" class="figures-place">
          <Answer query={summary}>
            {(value) => (isEmpty ? <Waiting live={live} /> : <Figures summary={value} />)}
          </Answer>
        </section>
        <Feed route={route} live={live} />
        {charts}
      </div>
    </>
  );
}

function Figures({ summary }: { readonly summary: Summary }) {
  const { steps, scored, drifted, sessions, sessionsInAlarm, reprompted, rescued, outcomes, scoringMs } =
    summary;
  const spoken = steps - outcomes.silent;
  return (
    <dl class="figures">
      <Figure name="Drift rate" value={shareOf(drifted, scored)} tone={drifted > 0 ? "drifted" : "calm"}>
        {count(drifted)} of {count(scored)} first drafts
      </Figure>
      <Figure
        name="Sessions in alarm"
        value={count(sessionsInAlarm)}
        tone={sessionsInAlarm > 0 ? "drifted" : "calm"}
      >
        of {count(sessions)}
      </Figure>
      <Figure name="Rescued" value={shareOf(rescued, reprompted)}>
        {count(rescued)} of {count(reprompted)} sent back
      </Figure>
      <Figure name="Could be scored" value={shareOf(outcomes["in-persona"] + outcomes.drifted, spoken)}>
        {count(outcomes.undecided)} undecided, {count(outcomes.unscored)} unscored
      </Figure>
      <Figure name="Time to score" value={milliseconds(scoringMs.p50)}>
        95 % within {milliseconds(scoringMs.p95)}
      </Figure>
    </dl>
  );
}

function Figure({
  name,
  value,
  tone = "calm",
  children,
}: {
  readonly name: string;
  readonly value: string;
  readonly tone?: "calm" | "drifted";
  readonly children: preact.ComponentChildren;
}) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class={tone}>
        <strong>{value}</strong> <span>{children}</span>
      </dd>
    </div>
  );
}

function Fleet({ route, version }: { readonly route: Route; readonly version: number }) {
  const fleet = useQuery<Series<FleetPoint>>(`api/fleet?${filterQuery(route)}`, version);
  return (
    <section class="chart" aria-labelledby="fleet-title">
      <h2 id="fleet-title">All sessions of a model together</h2>
      <p class="quiet">
        Evidence that a model has shifted as a whole; a triangle where it reached the alarm.
      </p>
      <Answer query={fleet}>
        {({ curves }) =>
          curves.length === 0 ? (
            <Empty>No step had a p-value: guards judged by a threshold have no fleet statistic.</Empty>
          ) : (
            <TimeChart
              name="Fleet statistic by model"
              curves={curves.map(({ name, points }) => ({
                name,
                points: points.map(({ at, statistic: value, alarm }) => ({
                  at,
                  value: Math.max(value, 0.1),
                  alarm,
                })),
              }))}
              scale="log"
              word={(value) => statistic(value)}
            />
          )
        }
      </Answer>
    </section>
  );
}

function Waiting({ live: { start, reading } }: { readonly live: Live }) {
  if (reading !== undefined && reading.steps > 0) return <Empty>No step fits the filter above.</Empty>;
  return (
    <Empty>
      No step is logged yet. Watching {start?.watching.join(", ") ?? "…"}: the first step appears here as soon
      as an agent with persona-guard writes it.
    </Empty>
  );
}

function Unreadable({ live: { reading } }: { readonly live: Live }) {
  const files = reading?.unreadable ?? [];
  if (files.length === 0) return null;
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  return (
    <details class="warning">
      <summary>
        {count(lines)} {lines === 1 ? "line of the log is" : "lines of the log are"} unreadable and left out
      </summary>
      <ul>
        {files.map(({ file, lines }) => (
          <li key={file}>
            {file}: {count(lines)}
          </li>
        ))}
      </ul>
    </details>
  );
}
