import { idIn, nameIn, timeIn } from "../field-values.js";
import type { Intake } from "../intake.js";
import { outputMessages } from "../model-output.js";
import { type Observed, orderedSteps } from "../ordered-steps.js";
import { parsedIfJson } from "../parse-json.js";
import { faultAt, isObject, type TraceFault, type TraceReader, type TraceRecord } from "../trace.js";
import { toolCallOf, turnOf } from "../turn.js";

type Observation = Readonly<Record<string, unknown>>;

const types = new Set<unknown>(
  "GENERATION TOOL SPAN EVENT AGENT CHAIN RETRIEVER EVALUATOR EMBEDDING GUARDRAIL".split(" "),
);

/** Observations of Langfuse: camelCase from its API and its pages, snake_case from the export to blob storage. */
export const langfuse: TraceReader = {
  name: "langfuse",
  marks: [
    { field: "type (GENERATION, TOOL, SPAN, …)", isIn: ({ type }) => types.has(type) },
    { field: "traceId or trace_id", isIn: (one) => idIn(one, ["traceId", "trace_id"]) !== undefined },
  ],
  read: (records, intake) => orderedSteps(observedIn(records, intake), intake),
};

async function* observedIn(
  records: AsyncIterable<TraceRecord>,
  intake: Intake,
): AsyncGenerator<Observed | TraceFault> {
  for await (const { place, shareRead, value, envelope } of records) {
    const trace = idIn(value, ["traceId", "trace_id"]);
    const span = idIn(value, ["id"]);
    if (!isObject(value) || !types.has(value.type) || trace === undefined || span === undefined) {
      yield faultAt(
        place,
        "id, type, traceId: not an observation of Langfuse, which has all three. Record skipped.",
      );
      continue;
    }
    const observed = {
      found: "observed",
      place,
      shareRead,
      trace,
      span,
      parent: idIn(value, ["parentObservationId", "parent_observation_id"]),
      session: sessionOf(value, envelope),
      time: timeIn(value.startTime ?? value.start_time),
      turns: [],
    } as const;
    if (nameIn(value, ["environment"])?.startsWith("langfuse-")) {
      // Names that begin so are reserved: the model that judges there is not the agent.
      intake.leave("observations of Langfuse's own evaluations", "not the agent's words");
    } else if (value.type === "GENERATION") {
      const outputs = outputMessages(parsedIfJson(value.output), "output");
      if (outputs.length === 0) intake.leave("generations", "they hold no message");
      const turns = outputs.map(({ message, field }) => turnOf(message, field, intake));
      yield { ...observed, turns, model: modelOf(value) };
    } else if (value.type === "TOOL") {
      const call = toolCallOf(callIn(value), "input");
      if ("fault" in call) yield faultAt(place, `${call.fault}. Observation skipped, the rest is judged.`);
      else yield { ...observed, toolRun: { call: call.call, field: "input" } };
    } else {
      intake.leave(`observations of type ${value.type}`, "not a model's own turn");
      yield observed;
    }
  }
}

/** The trace around the observations names the session where they do not, or LangChain's thread in the metadata. */
function sessionOf(observation: Observation, envelope: TraceRecord["envelope"]): string | undefined {
  const names = ["sessionId", "session_id"];
  const thread = idIn(parsedIfJson(observation.metadata), ["thread_id", "session_id"]);
  return idIn(observation, names) ?? idIn(envelope, names) ?? idIn(envelope?.trace, names) ?? thread;
}

function modelOf(observation: Observation): string | undefined {
  return nameIn(observation, ["model", "providedModelName", "provided_model_name"]);
}

/** The input of a tool is its arguments, as an object, as JSON text or in a field of their own; a bare text is one argument. */
function callIn({ name, input, output }: Observation): Readonly<Record<string, unknown>> {
  const given = parsedIfJson(input);
  const inner = isObject(given) && Object.keys(given).length === 1 ? parsedIfJson(given.input) : undefined;
  const args = isObject(inner) ? inner : given;
  const answer = parsedIfJson(output);
  const id = idIn(isObject(answer) ? (answer.kwargs ?? answer) : undefined, ["tool_call_id"]);
  return {
    name,
    arguments: typeof args === "string" && args !== "" ? { input: args } : args,
    ...(id === undefined ? {} : { id }),
  };
}
