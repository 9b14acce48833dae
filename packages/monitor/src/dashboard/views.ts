import type { DriftEvent } from "@persona-guard/core";
import type {
  CoveragePoint,
  Dimension,
  Filter,
  FleetPoint,
  Names,
  RatePoint,
  SearchFilter,
  Series,
  SessionRow,
  SessionView,
  StepRow,
  Summary,
} from "./api.js";
import { conditionOf, searchConditionOf } from "./filter.js";
import type { History } from "./history.js";
import { rowColumns } from "./history-tables.js";
import { type TimeBin, timeQuantiles } from "./scoring-times.js";

/** Curves beyond so many are left out: the ones with the fewest steps. */
const mostCurves = 8;
const mostSessions = 50;
const mostFound = 50;
const mostRowsOfSession = 2_000;
const recentSteps = 30;
/** Points of a curve, at most; buckets are as wide as that needs. */
const mostBuckets = 60;
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const bucketWidths = [
  ...[1, 5, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 28, 91, 364].map((count) => count * day),
];

/** Drift is what the model does: rates count first drafts with a verdict. */
const scored = "attempt = 1 AND outcome IN ('in-persona', 'drifted')";
const countOf = (condition: string) => `count(*) FILTER (${condition})::INTEGER`;

export async function summary(history: History, filter: Filter): Promise<Summary> {
  const { sql, values } = conditionOf(filter);
  const [[row], binned] = await Promise.all([
    history.query<Omit<Summary, "outcomes" | "scoringMs">>(
      `SELECT count(*)::INTEGER AS steps, ${countOf(scored)} AS scored, ${countOf("attempt = 1 AND outcome = 'drifted'")} AS drifted,
        count(DISTINCT session)::INTEGER AS sessions, count(DISTINCT session) FILTER (alarm)::INTEGER AS "sessionsInAlarm",
        ${countOf("attempt = 1 AND what_was_done = 'reprompt'")} AS reprompted, ${countOf("rescued_from IS NOT NULL")} AS rescued,
        epoch_ms(min(judged_at))::DOUBLE AS first, epoch_ms(max(judged_at))::DOUBLE AS last
      FROM steps WHERE ${sql}`,
      values,
    ),
    history.query<TimeBin & { outcome: DriftEvent["outcome"] }>(
      `SELECT outcome::VARCHAR AS outcome, scoring_bin AS bin, count(*)::INTEGER AS count FROM steps WHERE ${sql} GROUP BY steps.outcome, scoring_bin`,
      values,
    ),
  ]);
  if (row === undefined) throw new RangeError("An aggregate without groups has one row.");
  const outcomes = { "in-persona": 0, drifted: 0, undecided: 0, unscored: 0, silent: 0 };
  for (const { outcome, count } of binned) outcomes[outcome] += count;
  return { ...row, outcomes, scoringMs: timeQuantiles(binned.filter(({ outcome }) => outcome !== "silent")) };
}

export async function names(history: History): Promise<Names> {
  const [personas, models] = await Promise.all([namesIn(history, "persona"), namesIn(history, "model")]);
  return { personas, models };
}

async function namesIn(history: History, column: "persona" | "model"): Promise<readonly string[]> {
  const rows = await history.query<{ name: string }>(
    `SELECT ${column} AS name FROM steps WHERE ${column} IS NOT NULL GROUP BY name ORDER BY count(*) DESC, name LIMIT 50`,
  );
  return rows.map(({ name }) => name);
}

/** The drift rate over time: of a persona's or model's steps, of a tool's texts, or of all steps drifted to a trait. */
export async function driftRates(
  history: History,
  filter: Filter,
  by: Dimension,
): Promise<Series<RatePoint>> {
  const { sql, values } = conditionOf(filter);
  const bucketMs = await bucketWidth(history, filter);
  const bucket = bucketOf(bucketMs);
  const start = startOf(bucketMs);
  const statement =
    by === "trait"
      ? `WITH found AS (SELECT ${bucket} AS bucket, trait FROM steps WHERE ${sql} AND ${scored}),
           all_steps AS (SELECT bucket, count(*)::INTEGER AS whole FROM found GROUP BY bucket),
           traits AS (SELECT trait AS name FROM found WHERE trait IS NOT NULL GROUP BY name ORDER BY count(*) DESC LIMIT ${mostCurves})
         SELECT name, ${start} AS "at", whole AS "of", coalesce(drifted, 0)::INTEGER AS drifted FROM traits CROSS JOIN all_steps
         LEFT JOIN (SELECT bucket, trait AS name, count(*) AS drifted FROM found GROUP BY ALL) USING (bucket, name)
         ORDER BY name, bucket`
      : `WITH found AS (
           SELECT ${by === "tool" ? "coalesce(tool, 'reply')" : by} AS name, ${bucket} AS bucket, outcome
           FROM ${by === "tool" ? "utterances" : "steps"} WHERE ${sql} AND ${scored}),
         points AS (SELECT name, bucket, count(*)::INTEGER AS whole, ${countOf("outcome = 'drifted'")} AS drifted
           FROM found WHERE name IS NOT NULL GROUP BY name, bucket),
         largest AS (SELECT name FROM points GROUP BY name ORDER BY sum(whole) DESC LIMIT ${mostCurves})
         SELECT name, ${start} AS "at", whole AS "of", drifted FROM points SEMI JOIN largest USING (name) ORDER BY name, bucket`;
  const rows = await history.query<RatePoint & { name: string }>(statement, values);
  return { bucketMs, curves: curvesOf(rows) };
}

/** The fleet statistic of each model over time. */
export async function fleet(history: History, filter: Filter): Promise<Series<FleetPoint>> {
  const { sql, values } = conditionOf(filter);
  const bucketMs = await bucketWidth(history, filter);
  const rows = await history.query<FleetPoint & { name: string }>(
    `SELECT name, ${startOf(bucketMs)} AS "at", statistic, alarm FROM (
       SELECT coalesce(model, 'unnamed model') AS name, ${bucketOf(bucketMs)} AS bucket, max(fleet) AS statistic, bool_or(fleet_alarm) AS alarm
       FROM steps WHERE ${sql} AND fleet IS NOT NULL
         AND (model IS NULL OR model IN (SELECT model FROM steps WHERE model IS NOT NULL GROUP BY model ORDER BY count(*) DESC LIMIT ${mostCurves}))
       GROUP BY ALL) ORDER BY name, "at"`,
    values,
  );
  return { bucketMs, curves: curvesOf(rows) };
}

/** How much could be scored, and how long it took. */
export async function coverage(history: History, filter: Filter): Promise<Series<CoveragePoint>> {
  const { sql, values } = conditionOf(filter);
  const bucketMs = await bucketWidth(history, filter);
  const rows = await history.query<TimeBin & { at: number; outcome: DriftEvent["outcome"] }>(
    `SELECT ${startOf(bucketMs)} AS "at", outcome::VARCHAR AS outcome, bin, count FROM (
       SELECT ${bucketOf(bucketMs)} AS bucket, outcome, scoring_bin AS bin, count(*)::INTEGER AS count
       FROM steps WHERE ${sql} AND outcome <> 'silent' GROUP BY ALL) ORDER BY "at"`,
    values,
  );
  const points = [...grouped(rows)].map(([at, bins]) => {
    const sum = (...outcomes: readonly string[]) =>
      bins.reduce((all, { outcome, count }) => (outcomes.includes(outcome) ? all + count : all), 0);
    return {
      at,
      scored: sum("in-persona", "drifted"),
      undecided: sum("undecided"),
      unscored: sum("unscored"),
      ...timeQuantiles(bins),
    };
  });
  return { bucketMs, curves: points.length === 0 ? [] : [{ name: "all", points }] };
}

/** Sessions by their latest step, or with "drift" by what speaks most for drift. */
export function sessions(
  history: History,
  filter: Filter,
  { order }: { readonly order: "latest" | "drift" },
): Promise<readonly SessionRow[]> {
  const { sql, values } = conditionOf(filter);
  return history.query<SessionRow>(
    `WITH found AS (
       SELECT session, min(judged_at) AS first, max(judged_at) AS last, count(*) FILTER (attempt = 1) AS steps,
         count(*) FILTER (attempt = 1 AND outcome = 'drifted') AS drifted,
         min(confidence) AS lowest, max(e_value) AS most, bool_or(alarm) AS alarm
       FROM steps WHERE ${sql} GROUP BY session
       ORDER BY ${order === "latest" ? "last DESC" : "alarm DESC, most DESC, last DESC"}, session LIMIT ${mostSessions}),
     recent AS (
       SELECT session, arg_max(persona, seq) AS persona, arg_max(model, seq) AS model, max_by(coalesce(confidence, -1), seq, ${recentSteps}) FILTER (attempt = 1) AS newest
       FROM steps WHERE session IN (SELECT session FROM found) GROUP BY session)
     SELECT session, persona, model, epoch_ms(first)::DOUBLE AS first, epoch_ms(last)::DOUBLE AS last, steps::INTEGER AS steps,
       drifted::INTEGER AS drifted, lowest, most AS "eValue", alarm,
       list_transform(list_reverse(newest), lambda one: CASE WHEN one >= 0 THEN one END) AS recent
     FROM found JOIN recent USING (session) ORDER BY ${order === "latest" ? "found.last DESC" : "alarm DESC, most DESC, found.last DESC"}, session`,
    values,
  );
}

/** A session from its first step on; undefined if no step of it is known. */
export async function session(history: History, name: string): Promise<SessionView | undefined> {
  const rows = await history.query<StepRow>(
    `SELECT ${rowColumns} FROM steps WHERE session = $name ORDER BY seq LIMIT ${mostRowsOfSession}`,
    { name },
  );
  const [counted] = await history.query<{ all: number }>(
    `SELECT count(*)::INTEGER AS "all" FROM steps WHERE session = $name`,
    { name },
  );
  return rows.length === 0
    ? undefined
    : { session: name, rows, more: (counted?.all ?? rows.length) - rows.length };
}

/** Steps that a search finds, the newest first. */
export function search(history: History, filter: SearchFilter): Promise<readonly StepRow[]> {
  const { sql, values } = searchConditionOf(filter);
  return history.query<StepRow>(
    `SELECT ${rowColumns} FROM steps WHERE ${sql} ORDER BY seq DESC LIMIT ${mostFound}`,
    values,
  );
}

/** The width of a bucket, in milliseconds, for the time that the filtered steps span. */
async function bucketWidth(history: History, filter: Filter): Promise<number> {
  const { sql, values } = conditionOf(filter);
  const [span] = await history.query<{ span: number | null }>(
    `SELECT epoch_ms(max(judged_at))::DOUBLE - epoch_ms(min(judged_at))::DOUBLE AS span FROM steps WHERE ${sql}`,
    values,
  );
  const least = (span?.span ?? 0) / mostBuckets;
  return bucketWidths.find((width) => width >= least) ?? bucketWidths.at(-1) ?? day;
}

/** The bucket of a step, in SQL: a whole number, which groups fastest. */
function bucketOf(bucketMs: number): string {
  return `epoch_ms(judged_at) // ${bucketMs}`;
}

/** When a `bucket` begins, in milliseconds since 1970. */
function startOf(bucketMs: number): string {
  return `(bucket * ${bucketMs})::DOUBLE`;
}

function grouped<Row extends { readonly at: number }>(
  rows: readonly Row[],
): ReadonlyMap<number, readonly Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.at);
    if (group === undefined) groups.set(row.at, [row]);
    else group.push(row);
  }
  return groups;
}

function curvesOf<Point extends { readonly name: string }>(
  rows: readonly Point[],
): readonly { readonly name: string; readonly points: readonly Omit<Point, "name">[] }[] {
  const curves = new Map<string, Omit<Point, "name">[]>();
  for (const { name, ...point } of rows) curves.set(name, [...(curves.get(name) ?? []), point]);
  return [...curves].map(([name, points]) => ({ name, points }));
}
