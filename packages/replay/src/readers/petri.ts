import { stepOfTurn } from "../chat-messages.js";
import { idIn, nameIn } from "../field-values.js";
import type { Intake } from "../intake.js";
import {
  faultAt,
  isObject,
  type TracedStep,
  type TraceFault,
  type TraceReader,
  type TraceRecord,
} from "../trace.js";
import { turnOf } from "../turn.js";

/**
 * Transcripts of audits by Petri and Bloom: one audit per file, its conversation as edits of views. The agent is the target, and what it
 * said counts also where the auditor took it back to try again.
 */
export const petri: TraceReader = {
  name: "petri",
  marks: [
    {
      field: "metadata.target_model",
      isIn: ({ metadata }) => nameIn(metadata, ["target_model"]) !== undefined,
    },
    { field: "events (array)", isIn: ({ events }) => Array.isArray(events) },
  ],
  async *read(records, intake) {
    for await (const record of records) {
      const { place, value } = record;
      const model = isObject(value) ? nameIn(value.metadata, ["target_model"]) : undefined;
      if (!isObject(value) || model === undefined || !Array.isArray(value.events)) {
        yield faultAt(
          place,
          "metadata.target_model, events: not an audit of Petri or Bloom, which has both. Record skipped.",
        );
        continue;
      }
      const session = idIn(value.metadata, ["transcript_id"]) ?? place.file;
      yield* stepsOfEvents(record, value.events, { session, model, intake });
    }
  },
};

function* stepsOfEvents(
  record: TraceRecord,
  events: readonly unknown[],
  { session, model, intake }: { readonly session: string; readonly model: string; readonly intake: Intake },
): Generator<TracedStep | TraceFault> {
  let index = 0;
  for (const [at, event] of events.entries()) {
    const field = `events[${at}].edit.message`;
    if (!isObject(event) || !isObject(event.edit)) {
      intake.leave("events[] without an edit", "nothing is said in them");
      continue;
    }
    const { operation, message } = event.edit;
    if (!isOfTarget(event.view)) {
      intake.leave("events[] outside the target's view", "the auditor's own words");
    } else if (operation !== "add") {
      intake.leave(
        `events[] of operation "${operation}"`,
        "the auditor changes the conversation, the agent says nothing",
      );
    } else if (!isObject(message)) {
      yield faultAt(record.place, `${field}: missing. Event skipped.`);
    } else if (message.role !== "assistant") {
      intake.leave(`events[] of role "${message.role}"`, "not the agent's words");
    } else if (message.source === "input") {
      intake.leave(
        'events[] of the assistant with source "input"',
        "the auditor put them into the agent's mouth",
      );
    } else {
      const turn = turnOf(message, field, intake);
      yield* stepOfTurn(record, turn, { id: `step-${index}`, session, index, model }, intake);
      index += 1;
    }
  }
}

/** A view is a name or several. */
function isOfTarget(view: unknown): boolean {
  return Array.isArray(view) ? view.includes("target") : view === "target";
}
