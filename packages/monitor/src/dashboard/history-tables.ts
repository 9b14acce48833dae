import { actions } from "@persona-guard/core";
import { timeBin } from "./scoring-times.js";

const outcomes = ["in-persona", "drifted", "undecided", "unscored", "silent"];
const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(", ");

/** Numbers of each step and of each of its utterances; of texts only evidence sentences. */
export const tables = [
  `CREATE TYPE outcome AS ENUM (${quoted(outcomes)})`,
  `CREATE TYPE what_was_done AS ENUM (${quoted(actions)})`,
  `CREATE TABLE steps (
    seq BIGINT, place INTEGER, id VARCHAR, judged_at TIMESTAMP, session VARCHAR, step VARCHAR, step_index INTEGER, attempt INTEGER,
    persona VARCHAR, model VARCHAR, outcome outcome, what_was_done what_was_done, confidence FLOAT, e_value DOUBLE, alarm BOOLEAN,
    began INTEGER, fleet DOUBLE, fleet_alarm BOOLEAN, scoring_ms FLOAT, scoring_bin SMALLINT, rescued_from FLOAT,
    trait VARCHAR, field VARCHAR, evidence VARCHAR)`,
  `CREATE TABLE utterances (
    seq BIGINT, judged_at TIMESTAMP, persona VARCHAR, model VARCHAR, attempt INTEGER, tool VARCHAR, outcome outcome)`,
];

/** What of a line is read; anything else in it is passed over. */
const lineColumns = `{
  "schema": 'VARCHAR', level: 'INTEGER', id: 'VARCHAR', "at": 'TIMESTAMP', persona: 'STRUCT(name VARCHAR)', session: 'VARCHAR',
  step: 'VARCHAR', "index": 'INTEGER', attempt: 'INTEGER', model: 'VARCHAR', outcome: 'VARCHAR', "action": 'VARCHAR',
  confidence: 'FLOAT', sessionEValue: 'DOUBLE', sessionAlarm: 'BOOLEAN', sessionStart: 'INTEGER', scoringMs: 'FLOAT',
  fleet: 'STRUCT(statistic DOUBLE, alarm BOOLEAN)', rescue: 'STRUCT("before" FLOAT)',
  utterances: 'STRUCT(field VARCHAR, tool VARCHAR, outcome VARCHAR, driftedTo VARCHAR, evidence STRUCT("text" VARCHAR)[])[]' }`;

/** Longest record that DuckDB reads, in bytes: longer than any line that it is given. */
const longestRecord = 64 * 1024 * 1024;

/** Reads a file of lines. Those that are not JSON, or not UTF-8, become rows of NULL. */
export function stageLines(path: string): string {
  return `CREATE OR REPLACE TEMP TABLE staged AS
    SELECT row_number() OVER () AS line, *,
      "schema" = 'persona-guard/drift-event/1' AND id IS NOT NULL AND "at" IS NOT NULL AND session IS NOT NULL AND step IS NOT NULL
        AND TRY_CAST(outcome AS outcome) IS NOT NULL AS is_event,
      coalesce(is_event, false) AS good
    FROM read_json('${path.replaceAll("'", "''")}', format = 'newline_delimited', ignore_errors = true,
      maximum_object_size = ${longestRecord}, columns = ${lineColumns})`;
}

/** Steps get consecutive numbers from $before + 1, in the order of their lines. */
const numbered = `(SELECT row_number() OVER (ORDER BY line) + $before AS seq, * FROM staged WHERE good)`;

export const insertSteps = `INSERT INTO steps
  SELECT seq, $place, id, "at", session, step, coalesce("index", 0), coalesce(attempt, 1), coalesce(persona.name, ''), model,
    outcome, coalesce(TRY_CAST("action" AS what_was_done), 'none'), confidence, coalesce(sessionEValue, 0),
    coalesce(sessionAlarm, false), sessionStart, fleet.statistic, fleet.alarm, coalesce(scoringMs, 0), ${timeBin}, rescue."before",
    worst.driftedTo, worst.field,
    nullif(left(array_to_string(flatten(list_transform(drifting, lambda one: list_transform(one.evidence, lambda span: span."text"))), chr(10)), 2000), '')
  FROM (SELECT *, list_filter(utterances, lambda one: one.outcome = 'drifted') AS drifting, drifting[1] AS worst FROM ${numbered})
  ORDER BY seq`;

export const insertUtterances = `INSERT INTO utterances
  SELECT seq, "at", coalesce(persona.name, ''), model, coalesce(attempt, 1), one.tool, TRY_CAST(one.outcome AS outcome)
  FROM (SELECT *, unnest(utterances) AS one FROM ${numbered})
  ORDER BY seq`;

/** The columns of a StepRow. */
export const rowColumns = `seq::DOUBLE AS seq, id, epoch_ms(judged_at)::DOUBLE AS "at", session, step_index AS "index", attempt, persona, model,
  outcome::VARCHAR AS outcome, what_was_done::VARCHAR AS "action", confidence, e_value AS "eValue", alarm, began,
  scoring_ms AS "scoringMs", rescued_from AS "rescuedFrom", trait AS "driftedTo", field,
  left(split_part(evidence, chr(10), 1), 300) AS evidence`;
