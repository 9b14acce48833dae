import type { DuckDBValue } from "@duckdb/node-api";
import type { Filter, SearchFilter } from "./api.js";

/** A condition and the values that it names. */
export interface Condition {
  readonly sql: string;
  readonly values: Readonly<Record<string, DuckDBValue>>;
}

/** The condition that steps or utterances fulfil which a filter lets through. */
export function conditionOf({ from, to, persona, model }: Filter): Condition {
  return every([
    [from, "judged_at >= make_timestamp_ms($from::BIGINT)", { from }],
    [to, "judged_at < make_timestamp_ms($to::BIGINT)", { to }],
    [persona, "persona = $persona", { persona }],
    [model, "model = $model", { model }],
  ]);
}

/** The same for a search among steps. */
export function searchConditionOf(filter: SearchFilter): Condition {
  const { outcome, trait, tool, text, before } = filter;
  const base = conditionOf(filter);
  const more = every([
    [outcome, "outcome = $outcome", { outcome }],
    [trait, "trait = $trait", { trait }],
    [tool, "seq IN (SELECT seq FROM utterances WHERE tool = $tool)", { tool }],
    [before, "seq < $before", { before }],
    [
      text,
      `(contains(session, $text) OR contains(step, $text) OR contains(persona, $text) OR contains(trait, $text)
        OR contains(lower(evidence), lower($text)) OR id = $text)`,
      { text },
    ],
  ]);
  return { sql: `${base.sql} AND ${more.sql}`, values: { ...base.values, ...more.values } };
}

type Part = readonly [
  given: string | number | undefined,
  sql: string,
  values: Readonly<Record<string, string | number | undefined>>,
];

function every(parts: readonly Part[]): Condition {
  const used = parts.filter(([given]) => given !== undefined);
  const values = Object.assign({}, ...used.map(([, , named]) => named));
  return { sql: ["true", ...used.map(([, sql]) => sql)].join(" AND "), values };
}
