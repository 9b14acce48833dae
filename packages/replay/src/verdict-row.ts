import {
  driftEventSchema,
  type JudgedUtterance,
  PersonaGuardError,
  topTrait,
  utteranceRecordOf,
} from "@persona-guard/core";
import * as z from "zod";
import type { JudgedStep } from "./replay.js";
import type { Place } from "./trace.js";

const utteranceRowSchema = driftEventSchema.shape.utterances.element.extend({
  label: z
    .string()
    .optional()
    .describe("The label that the text shows most; absent where it was not scored."),
});

const verdictRowSchema = driftEventSchema
  .pick({ session: true, step: true, index: true, outcome: true, confidence: true })
  .extend({
    pValue: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .describe(
        "Of the step: the smallest p-value of its utterances times their number; absent without a calibration.",
      ),
    ...driftEventSchema.pick({
      sessionEValue: true,
      sessionAlarm: true,
      sessionStart: true,
    }).shape,
    utterances: z.array(utteranceRowSchema),
    source: z
      .object({
        file: z.string().describe("As the user gave it, or below the folder that was given."),
        line: z.int().min(1).optional().describe("Of a JSONL file, from 1."),
        record: z.int().min(0).optional().describe("Position in a JSON document, from 0."),
        item: z.int().min(0).optional().describe("Position in an export that is a line or a record, from 0."),
      })
      .readonly(),
    model: z.string().optional().describe("As the trace names it."),
    origin: z
      .object({ trace: z.string(), span: z.string() })
      .readonly()
      .optional()
      .describe("The ids of the step in the tool that recorded it."),
  });

/** One line of verdicts.jsonl: a judged step and where it was recorded. Its texts are masked. */
export type VerdictRow = Readonly<
  Omit<z.infer<typeof verdictRowSchema>, "source"> & { readonly source: Place }
>;

/** JSON Schema (draft 2020-12) of a VerdictRow. */
export function verdictRowJsonSchema(): object {
  return z.toJSONSchema(verdictRowSchema);
}

/**
 * A line of verdicts.jsonl.
 *
 * @param place named in the message, for example "run/verdicts.jsonl:12"
 * @throws PersonaGuardError "run-unreadable"
 */
export function parseVerdictRow(line: string, place: string): VerdictRow {
  try {
    // A Place has no field that is undefined, and neither has parsed JSON.
    return verdictRowSchema.parse(JSON.parse(line)) as VerdictRow;
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : "it is not valid JSON";
    throw new PersonaGuardError("run-unreadable", `${place} is no verdict: ${why}`, { cause: error });
  }
}

/** @param texts what is kept of them: sentences that carry drift, or all */
export function verdictRowOf(
  { traced, judgement }: JudgedStep,
  { texts = "evidence" }: { readonly texts?: "evidence" | "all" } = {},
): VerdictRow {
  const { step, outcome, confidence, pValue, session, utterances } = judgement;
  const { model } = traced.step;
  return {
    session: step.session,
    step: step.id,
    index: step.index,
    outcome,
    ...(confidence === undefined ? {} : { confidence }),
    ...(pValue === undefined ? {} : { pValue }),
    sessionEValue: session.eValue,
    sessionAlarm: session.alarm,
    ...(session.start === undefined ? {} : { sessionStart: session.start }),
    utterances: utterances.map((one) => utteranceRowOf(one, texts)),
    source: traced.place,
    ...(model === undefined ? {} : { model }),
    ...(traced.origin === undefined ? {} : { origin: traced.origin }),
  };
}

function utteranceRowOf(
  judged: JudgedUtterance,
  texts: "evidence" | "all",
): z.infer<typeof utteranceRowSchema> {
  const { scores } = judged;
  return {
    ...utteranceRecordOf(judged, { texts }),
    ...(scores === undefined ? {} : { label: topTrait(scores) }),
  };
}
