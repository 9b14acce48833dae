import { firstOf, idIn, nameIn, timeIn } from "./field-values.js";
import { isObject } from "./trace.js";

type Fields = Readonly<Record<string, unknown>>;

/** A span or log record of OpenTelemetry, whatever exporter wrote it. */
export interface Span {
  readonly trace: string;
  readonly span: string;
  readonly parent: string | undefined;
  readonly name: string;
  readonly time: number | undefined;
  readonly attributes: Fields;
  readonly events: readonly SpanEvent[];
  /** Whether it is a log record about the span. */
  readonly isEvent: boolean;
}

export interface SpanEvent {
  readonly name: string;
  readonly attributes: Fields;
  /** Of a log record. */
  readonly body?: unknown;
}

/**
 * A span as OTLP JSON, the console exporters of JavaScript and Python, Phoenix's API or its tables write it; a log record of OTLP is
 * a span with the one event that it is.
 *
 * @returns undefined if it names no trace and span
 */
export function spanOf(record: unknown): Span | undefined {
  if (!isObject(record)) return undefined;
  const context = firstOf(record, ["context", "spanContext", "_spanContext"]);
  const trace =
    idIn(record, ["traceId", "trace_id", "context.trace_id"]) ?? idIn(context, ["trace_id", "traceId"]);
  const span =
    idIn(record, ["spanId", "span_id", "context.span_id"]) ??
    idIn(context, ["span_id", "spanId"]) ??
    idIn(record, ["id"]);
  if (trace === undefined || span === undefined) return undefined;
  const parentNames = ["parentSpanId", "parent_span_id", "parentId", "parent_id"];
  const start = ["startTimeUnixNano", "start_time", "startTime", "timestamp", "timeUnixNano"];
  const common = {
    trace,
    span,
    parent: idIn(record, parentNames) ?? idIn(record.parentSpanContext, ["spanId"]),
    name: nameIn(record, ["name"]) ?? "",
    time: timeIn(firstOf(record, start)),
    attributes: attributesOf(record),
  };
  if (!("body" in record) && record.eventName === undefined) {
    const events = Array.isArray(record.events) ? record.events.filter(isObject) : [];
    return { ...common, events: events.map(eventOf), isEvent: false };
  }
  const name = nameIn(record, ["eventName", "event_name"]) ?? nameIn(common.attributes, ["event.name"]) ?? "";
  const event = { name, attributes: common.attributes, body: plainValue(record.body) };
  return { ...common, events: [event], isEvent: true };
}

function eventOf(event: Fields): SpanEvent {
  return { name: nameIn(event, ["name"]) ?? "", attributes: attributesOf(event) };
}

/** Whether a record has the fields that tell a span from other rows with ids. */
export function hasAttributes(record: Fields): boolean {
  return (
    typeof record.attributes === "object" ||
    Object.keys(record).some((name) => name.startsWith("attributes."))
  );
}

/** `[{key, value: {stringValue}}]` of OTLP, an object, or the columns `attributes.…` of a table. */
function attributesOf(record: Fields): Fields {
  const given = record.attributes;
  if (Array.isArray(given)) return pairsOf(given);
  if (isObject(given)) return given;
  const columns = Object.entries(record).filter(([name]) => name.startsWith("attributes."));
  return Object.fromEntries(columns.map(([name, value]) => [name.slice("attributes.".length), value]));
}

function pairsOf(pairs: readonly unknown[]): Fields {
  return Object.fromEntries(
    pairs.flatMap((pair) =>
      isObject(pair) && typeof pair.key === "string" ? [[pair.key, plainValue(pair.value)]] : [],
    ),
  );
}

/** The value of an OTLP `AnyValue`; anything else as it is. */
function plainValue(value: unknown): unknown {
  if (!isObject(value)) return value;
  for (const name of ["stringValue", "boolValue", "intValue", "doubleValue"])
    if (value[name] !== undefined) return value[name];
  if (isObject(value.arrayValue)) return listIn(value.arrayValue.values).map(plainValue);
  if (isObject(value.kvlistValue)) return pairsOf(listIn(value.kvlistValue.values));
  return Object.keys(value).length === 0 ? undefined : value;
}

function listIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An attribute by its dotted name, flat or nested in objects. */
export function attributeIn(attributes: Fields, name: string): unknown {
  if (attributes[name] !== undefined) return attributes[name];
  let value: unknown = attributes;
  for (const part of name.split(".")) value = isObject(value) ? value[part] : undefined;
  return value;
}

/** A list that is an attribute as a whole, or flattened into `name.0.field`; items as nested objects. */
export function attributeList(attributes: Fields, name: string): readonly unknown[] {
  const whole = attributeIn(attributes, name);
  if (Array.isArray(whole)) return whole;
  const prefix = `${name}.`;
  const root: Tree = Object.create(null);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith(prefix)) plant(root, key.slice(prefix.length).split("."), value);
  }
  return itemsOf(root);
}

interface Tree {
  [name: string]: unknown;
}

function plant(tree: Tree, [name = "", ...deeper]: readonly string[], value: unknown): void {
  if (deeper.length === 0) {
    tree[name] = value;
    return;
  }
  const known = tree[name];
  const branch: Tree = isObject(known) ? { ...known } : Object.create(null);
  tree[name] = branch;
  plant(branch, deeper, value);
}

/** The items of a list that is written as an object with its positions for names. */
export function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return [];
  const positions = Object.keys(value).filter((name) => /^\d+$/.test(name));
  return positions.sort((a, b) => Number(a) - Number(b)).map((name) => value[name]);
}
