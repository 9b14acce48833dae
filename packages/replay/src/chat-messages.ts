import { parseStep } from "@persona-guard/core";
import type { Intake } from "./intake.js";
import { faultAt, isObject, placeName, type TracedStep, type TraceFault, type TraceRecord } from "./trace.js";
import { type Turn, turnOf } from "./turn.js";

/** A conversation in one record. */
export interface ChatOptions {
  readonly session: string;
  /** Path of the messages in their record, for example "traj". */
  readonly path: string;
  readonly model?: string | undefined;
  readonly intake: Intake;
}

/** The assistant's turns as steps, indexed from 0; what cannot be read is a fault, and the rest goes on. */
export function* stepsOfChat(
  record: TraceRecord,
  messages: readonly unknown[],
  { session, path, model, intake }: ChatOptions,
): Generator<TracedStep | TraceFault> {
  let index = 0;
  for (const [at, message] of messages.entries()) {
    const field = `${path}[${at}]`;
    if (!isObject(message) || typeof message.role !== "string") {
      yield faultAt(record.place, `${field}.role: missing, so it is no message. Message skipped.`);
    } else if (message.role !== "assistant") {
      intake.leave(`${path}[] of role "${message.role}"`, "not the agent's words");
    } else {
      const turn = turnOf(message, field, intake);
      yield* stepOfTurn(record, turn, { id: `step-${index}`, session, index, model }, intake);
      index += 1;
    }
  }
}

/** A turn as a step, after what could not be read of it. */
export function* stepOfTurn(
  { place, shareRead }: Pick<TraceRecord, "place" | "shareRead">,
  { text, toolCalls, fields, faults }: Turn,
  given: {
    readonly id: string;
    readonly session: string;
    readonly index: number;
    readonly model?: string | undefined;
  },
  intake: Intake,
): Generator<TracedStep | TraceFault> {
  for (const what of faults) yield faultAt(place, what);
  if (text !== "") intake.take(fields.text);
  for (const field of fields.toolCalls) intake.take(field);
  const step = parseStep({ ...given, text, toolCalls }, placeName(place));
  yield { found: "step", place, step, shareRead, fields };
}
