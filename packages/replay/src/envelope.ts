import { isObject } from "./trace.js";

/**
 * Where exports keep their records when a document is an object: the pages of Langfuse, Phoenix and OpenAI, the runs of
 * LangSmith, the simulations of tau2-bench, the observations of a Langfuse trace, OTLP spans and log records.
 */
const envelopes: readonly (readonly string[])[] = [
  ["data"],
  ["runs"],
  ["simulations"],
  ["observations"],
  ["spans"],
  ["resourceSpans", "scopeSpans", "spans"],
  ["resourceLogs", "scopeLogs", "logRecords"],
];

/** Fields of records: an object with one of them is no envelope, whatever else it has. */
const recordFields = new Set(
  "messages traj trajectory history run_type attributes choices text toolCalls".split(" "),
);

/** Whether an object with these keys is a record itself. */
export function isRecord(keys: readonly string[]): boolean {
  return keys.some((key) => recordFields.has(key));
}

/** Whether an array under these keys holds records, or objects on the way to them. */
export function isEnvelope(path: readonly string[]): boolean {
  return envelopes.some((envelope) => path.every((key, at) => envelope[at] === key));
}

/** Whether the objects of the array under these keys hold the records deeper down. */
export function leadsOn(path: readonly string[]): boolean {
  return (
    path.length > 0 &&
    envelopes.some(
      (envelope) => envelope.length > path.length && path.every((key, at) => envelope[at] === key),
    )
  );
}

/** The records of a parsed value: itself, or the items of the envelope that it is. */
export function recordsIn(
  value: unknown,
): readonly { readonly value: unknown; readonly envelope?: Readonly<Record<string, unknown>> }[] {
  if (!isObject(value) || isRecord(Object.keys(value))) return [{ value }];
  for (const path of envelopes) {
    const items = itemsAt(value, path);
    if (items !== undefined) return items.map((item) => ({ value: item, envelope: value }));
  }
  return [{ value }];
}

function itemsAt(value: unknown, [key, ...deeper]: readonly string[]): readonly unknown[] | undefined {
  const items = key !== undefined && isObject(value) ? value[key] : undefined;
  if (!Array.isArray(items)) return undefined;
  return deeper.length === 0 ? items : items.flatMap((item) => itemsAt(item, deeper) ?? [item]);
}
