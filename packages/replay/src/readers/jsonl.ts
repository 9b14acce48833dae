import { PersonaGuardError, parseStep } from "@persona-guard/core";
import {
  faultAt,
  isObject,
  placeName,
  type TracedStep,
  type TraceFault,
  type TraceReader,
  type TraceRecord,
} from "../trace.js";

/** persona-guard's own rows, one step each: {"id", "session", "index", "text", "kind", "toolCalls"}, or just {"text"}. */
export const jsonl: TraceReader = {
  name: "jsonl",
  marks: [{ field: "text (string) or toolCalls (array)", isIn: isStepRow }],
  async *read(records, intake) {
    const nextIndex = new Map<string, number>();
    for await (const record of records) {
      const found = stepOf(record, nextIndex);
      if (found.found === "step") {
        nextIndex.set(found.step.session, found.step.index + 1);
        if (found.step.text !== "") intake.take("text");
        for (const field of found.fields?.toolCalls ?? []) intake.take(field);
      }
      yield found;
    }
  },
};

function isStepRow({ text, toolCalls }: Readonly<Record<string, unknown>>): boolean {
  return typeof text === "string" || Array.isArray(toolCalls);
}

/** The step of a row; a row without a session belongs to that of its file, one without an index comes next in it. */
function stepOf(
  { place, value, shareRead }: TraceRecord,
  nextIndex: ReadonlyMap<string, number>,
): TracedStep | TraceFault {
  if (!isObject(value) || !isStepRow(value))
    return faultAt(
      place,
      "text: neither a text (string) nor toolCalls (array). Row skipped, the rest is judged.",
    );
  // Tables exported to JSON write null where a field is absent.
  const given = Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
  const session = nameOf(given.session) ?? place.file;
  const index = given.index ?? nextIndex.get(String(session)) ?? 0;
  const id = nameOf(given.id) ?? `step-${index}`;
  try {
    const step = parseStep({ ...given, session, index, id }, placeName(place));
    const fields = { text: "text", toolCalls: step.toolCalls.map((_, at) => `toolCalls[${at}].args`) };
    return { found: "step", place, step, shareRead, fields };
  } catch (error) {
    if (!(error instanceof PersonaGuardError)) throw error;
    return { found: "fault", place, message: `${error.message}. Row skipped, the rest is judged.` };
  }
}

/** Ids are often written as numbers; anything else is left for `parseStep` to refuse. */
function nameOf(id: unknown): unknown {
  return typeof id === "number" ? String(id) : id;
}
