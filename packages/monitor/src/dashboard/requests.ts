import { messageOf, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";
import { type Dimension, dimensions, type Filter, type LabelRequest, type SearchFilter } from "./api.js";

/** Longest name or text that a query may ask for. */
const name = z.string().min(1).max(1_000);
const time = z.coerce.number().min(0).max(8.64e15).transform(Math.trunc);

const filterSchema = z.object({
  from: time.optional(),
  to: time.optional(),
  persona: name.optional(),
  model: name.optional(),
});

const searchSchema = filterSchema.extend({
  outcome: z.enum(["in-persona", "drifted", "undecided", "unscored", "silent"]).optional(),
  trait: name.optional(),
  tool: name.optional(),
  text: name.optional(),
  before: z.coerce.number().int().optional(),
});

const labelSchema = z.strictObject({
  verdict: z.enum(["false-alarm", "missed-drift", "none"]),
  trait: z.string().min(1).max(200).optional(),
});

type Query = Readonly<Record<string, string>>;

/** @throws PersonaGuardError "options-invalid" naming every faulty field, as all of these do */
export function parseFilter(query: Query): Filter {
  return parsed(filterSchema, query);
}

export function parseSearch(query: Query): SearchFilter {
  return parsed(searchSchema, query);
}

export function parseDimension(query: Query): Dimension {
  return parsed(z.object({ by: z.enum(dimensions) }), query).by;
}

export function parseOrder(query: Query): "latest" | "drift" {
  return parsed(z.object({ order: z.enum(["latest", "drift"]).default("latest") }), query).order;
}

export function parseLabel(body: string): LabelRequest {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch (cause) {
    throw new PersonaGuardError("options-invalid", `The label is not JSON: ${messageOf(cause)}.`, { cause });
  }
  return parsed(labelSchema, content);
}

/** Absent fields are left out, not undefined: `exactOptionalPropertyTypes` tells them apart. */
function parsed<Parsed extends object>(
  schema: z.ZodType<Parsed>,
  content: unknown,
): { [Name in keyof Parsed]: Exclude<Parsed[Name], undefined> } {
  const result = schema.safeParse(content);
  if (!result.success) throw new PersonaGuardError("options-invalid", z.prettifyError(result.error));
  // Only fields with a value are left, and no value is changed.
  return Object.fromEntries(Object.entries(result.data).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Parsed]: Exclude<Parsed[Name], undefined>;
  };
}
