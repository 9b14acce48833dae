import { PersonaGuardError } from "@persona-guard/core";
import { agentDojo } from "./readers/agentdojo.js";
import { jsonl } from "./readers/jsonl.js";
import { langfuse } from "./readers/langfuse.js";
import { langSmith } from "./readers/langsmith.js";
import { openai } from "./readers/openai.js";
import { openInference } from "./readers/openinference.js";
import { otel } from "./readers/otel.js";
import { petri } from "./readers/petri.js";
import { sweAgent } from "./readers/swe-agent.js";
import { tauBench } from "./readers/tau-bench.js";
import { tau2Bench } from "./readers/tau2-bench.js";
import { isObject, type TraceReader } from "./trace.js";

/** Every reader, the most particular first: the first that recognises a record reads the file. */
export const traceReaders: readonly TraceReader[] = [
  langSmith,
  langfuse,
  openInference,
  otel,
  tauBench,
  tau2Bench,
  agentDojo,
  petri,
  sweAgent,
  openai,
  jsonl,
];

/** Most field names of an unknown record that a message lists. */
const mostFieldsNamed = 8;

/**
 * The reader for a file's first values: the one asked for, or with "auto" the first that recognises one of them.
 *
 * @param file named in the message
 * @throws PersonaGuardError "trace-format-unknown" naming the nearest format and what was missing
 */
export function readerFor(values: readonly unknown[], format: string, file: string): TraceReader {
  const candidates = candidatesFor(format);
  const reader = candidates.find((candidate) => values.some((value) => recognises(candidate, value)));
  if (reader === undefined) throw formatUnknown(values.find(isObject), candidates, file);
  return reader;
}

/** Whether a value is a record of the format, or with "auto" of any. */
export function isKnown(value: unknown, format: string): boolean {
  return candidatesFor(format).some((candidate) => recognises(candidate, value));
}

function candidatesFor(format: string): readonly TraceReader[] {
  return format === "auto" ? traceReaders : [readerNamed(format)];
}

function recognises({ marks }: TraceReader, value: unknown): boolean {
  return isObject(value) && marks.every((mark) => mark.isIn(value));
}

function readerNamed(format: string): TraceReader {
  const reader = traceReaders.find(({ name }) => name === format);
  if (reader !== undefined) return reader;
  const known = ["auto", ...traceReaders.map(({ name }) => name)].join(", ");
  throw new PersonaGuardError(
    "options-invalid",
    `Unknown trace format "${format}". Known formats: ${known}.`,
  );
}

function formatUnknown(
  record: Readonly<Record<string, unknown>> | undefined,
  candidates: readonly TraceReader[],
  file: string,
): PersonaGuardError {
  if (record === undefined) {
    const message = `${file}: its first records are not JSON objects, so it is no trace of a known format.`;
    return new PersonaGuardError("trace-format-unknown", message);
  }
  const nearest = candidates
    .map(({ name, marks }) => ({
      name,
      missing: marks.filter((mark) => !mark.isIn(record)),
      of: marks.length,
    }))
    .reduce((best, one) => (one.missing.length / one.of < best.missing.length / best.of ? one : best));
  const missing = nearest.missing.map(({ field }) => field).join(", ");
  const fields = Object.keys(record);
  const listed = fields.slice(0, mostFieldsNamed).join(", ") + (fields.length > mostFieldsNamed ? ", …" : "");
  const match =
    nearest.missing.length === nearest.of
      ? `No known format is near; known are ${candidates.map(({ name }) => name).join(", ")}.`
      : `Nearest is "${nearest.name}", but ${missing} is missing.`;
  return new PersonaGuardError(
    "trace-format-unknown",
    `${file}: unknown trace format. ${match} Its first record has: ${listed || "no field"}.`,
  );
}
