import { stepOfTurn, stepsOfChat } from "../chat-messages.js";
import { idIn, nameIn } from "../field-values.js";
import type { Intake } from "../intake.js";
import {
  faultAt,
  isObject,
  placeName,
  type TracedStep,
  type TraceFault,
  type TraceReader,
  type TraceRecord,
} from "../trace.js";
import { turnOf } from "../turn.js";

type Fields = Readonly<Record<string, unknown>>;

/** Trajectories of SWE-agent (`history`, or else `trajectory`) and of mini-swe-agent (`messages` beside `info`). */
export const sweAgent: TraceReader = {
  name: "swe-agent",
  marks: [
    {
      field: "info (object), or agent in the history",
      isIn: (run) => isObject(run.info) || namesAgents(run),
    },
    {
      field: "trajectory or history (array), or messages of a mini-swe-agent",
      isIn: (run) => Array.isArray(run.history) || Array.isArray(run.trajectory) || isMini(run),
    },
  ],
  async *read(records, intake) {
    for await (const record of records) {
      const { place, value } = record;
      const session = idIn(value, ["instance_id"]) ?? (place.record === 0 ? place.file : placeName(place));
      if (!isObject(value)) {
        yield faultAt(place, "not an object, so it is no trajectory. Record skipped.");
      } else if (Array.isArray(value.messages)) {
        const model = modelOf(value);
        yield* stepsOfChat(record, value.messages, { session, path: "messages", model, intake });
      } else if (Array.isArray(value.history) && value.history.some(isAgents)) {
        yield* stepsOfHistory(record, value.history, { session, intake });
      } else if (Array.isArray(value.trajectory)) {
        yield* stepsOfTrajectory(record, value.trajectory, { session, intake });
      } else {
        yield faultAt(place, "history, trajectory, messages: none of them is there. Record skipped.");
      }
    }
  },
};

/** A demonstration is a history alone. */
function namesAgents({ history }: Fields): boolean {
  return Array.isArray(history) && history.some((one) => isObject(one) && typeof one.agent === "string");
}

/** Versions before 2 have no `trajectory_format`, but always their version beside their configuration. */
function isMini({ messages, info, trajectory_format: format }: Fields): boolean {
  if (!Array.isArray(messages) || !isObject(info)) return false;
  return (
    (typeof format === "string" && format.startsWith("mini")) ||
    "mini_version" in info ||
    "model_stats" in info
  );
}

function modelOf({ info }: Fields): string | undefined {
  const config = isObject(info) && isObject(info.config) ? info.config : {};
  return nameIn(config.model, ["model_name"]);
}

function isAgents(message: unknown): boolean {
  return isObject(message) && message.role === "assistant" && message.is_demo !== true;
}

interface Run {
  readonly session: string;
  readonly intake: Intake;
}

/** `thought` repeats the content, or is the part of it before the action: it counts only where there is no content. */
function* stepsOfHistory(
  record: TraceRecord,
  history: readonly unknown[],
  { session, intake }: Run,
): Generator<TracedStep | TraceFault> {
  let index = 0;
  for (const [at, message] of history.entries()) {
    const field = `history[${at}]`;
    if (!isObject(message)) {
      yield faultAt(record.place, `${field}: not an object, so it is no message. Message skipped.`);
    } else if (message.is_demo === true) {
      intake.leave("history[] with is_demo", "a demonstration, not this run");
    } else if (message.role !== "assistant") {
      intake.leave(`history[] of role "${message.role}"`, "not the agent's words");
    } else {
      const isEmpty = message.content === undefined || message.content === null || message.content === "";
      if (!isEmpty && message.thought !== undefined)
        intake.leave("history[].thought", "it repeats the content");
      const turn = turnOf(message, field, intake, isEmpty ? "thought" : "content");
      yield* stepOfTurn(record, turn, { id: `step-${index}`, session, index }, intake);
      index += 1;
    }
  }
}

/** `response` is all that the model wrote; `thought` and `action` are cut out of it. */
function* stepsOfTrajectory(
  record: TraceRecord,
  trajectory: readonly unknown[],
  { session, intake }: Run,
): Generator<TracedStep | TraceFault> {
  let index = 0;
  for (const [at, entry] of trajectory.entries()) {
    const field = `trajectory[${at}]`;
    const name = ["response", "thought"].find(
      (one) => isObject(entry) && typeof entry[one] === "string" && entry[one] !== "",
    );
    if (!isObject(entry) || (name === undefined && !Array.isArray(entry.tool_calls))) {
      yield faultAt(record.place, `${field}: neither a response nor a thought. Entry skipped.`);
      continue;
    }
    if (name === "response" && entry.thought !== undefined)
      intake.leave("trajectory[].thought", "it repeats the response");
    const turn = turnOf(entry, field, intake, name);
    yield* stepOfTurn(record, turn, { id: `step-${index}`, session, index }, intake);
    index += 1;
  }
}
