import { idIn, nameIn, timeIn } from "../field-values.js";
import type { Intake } from "../intake.js";
import { outputMessages } from "../model-output.js";
import { type Observed, orderedSteps } from "../ordered-steps.js";
import { parsedIfJson } from "../parse-json.js";
import { faultAt, isObject, type TraceFault, type TraceReader, type TraceRecord } from "../trace.js";
import { toolCallOf, turnOf } from "../turn.js";

type Run = Readonly<Record<string, unknown>>;

/** Keys of metadata that LangSmith groups traces into threads by. The run's own `session_id` is its project. */
const threadFields = ["thread_id", "session_id", "conversation_id"] as const;

/** Runs of LangSmith, nested in `child_runs` or flat in any order, from LangChain in JavaScript or Python or from a wrapped client. */
export const langSmith: TraceReader = {
  name: "langsmith",
  marks: [
    { field: "run_type", isIn: ({ run_type }) => typeof run_type === "string" },
    { field: "inputs", isIn: ({ inputs }) => inputs !== undefined },
    {
      field: "trace_id, dotted_order or child_runs",
      isIn: (run) =>
        [run.trace_id, run.dotted_order, run.child_runs, run.start_time].some((one) => one != null),
    },
  ],
  read: (records, intake) => orderedSteps(observedIn(records, intake), intake),
};

async function* observedIn(
  records: AsyncIterable<TraceRecord>,
  intake: Intake,
): AsyncGenerator<Observed | TraceFault> {
  for await (const record of records) {
    if (isObject(record.value) && typeof record.value.run_type === "string")
      yield* observedOf(record, record.value, { field: "", trace: undefined, intake });
    else yield faultAt(record.place, "run_type: missing, so it is no run of LangSmith. Record skipped.");
  }
}

interface Around {
  /** Path of the run in its record, with its dot; empty for the record itself. */
  readonly field: string;
  readonly trace: string | undefined;
  readonly intake: Intake;
}

function* observedOf(
  record: TraceRecord,
  run: Run,
  { field, trace: around, intake }: Around,
): Generator<Observed | TraceFault> {
  const span = idIn(run, ["id", "run_id"]);
  const trace = idIn(run, ["trace_id"]) ?? around ?? span;
  if (span === undefined || trace === undefined) {
    yield faultAt(record.place, `${field}id: missing. Run skipped.`);
    return;
  }
  const metadata = metadataOf(run);
  const observed = {
    found: "observed",
    place: record.place,
    shareRead: record.shareRead,
    trace,
    span,
    parent: idIn(run, ["parent_run_id"]),
    session: idIn(metadata, threadFields),
    time: timeIn(run.start_time),
  } as const;
  if (run.run_type === "llm") {
    const outputs = outputMessages(parsedIfJson(run.outputs), `${field}outputs`);
    if (outputs.length === 0) intake.leave("runs of models", "they hold no message");
    const turns = outputs.map(({ message, field: at }) => turnOf(message, at, intake));
    yield { ...observed, turns, model: modelOf(run, metadata) };
  } else if (run.run_type === "tool") {
    const { toolRun, fault } = toolRunOf(run, `${field}inputs`);
    if (fault !== undefined) yield faultAt(record.place, `${fault}. Run skipped, the rest is judged.`);
    yield { ...observed, turns: [], toolRun };
  } else {
    intake.leave(`runs of type "${run.run_type}"`, "not a model's own turn");
    yield { ...observed, turns: [] };
  }
  for (const [at, child] of childrenOf(run).entries())
    yield* observedOf(record, child, { field: `${field}child_runs[${at}].`, trace, intake });
}

function metadataOf({ extra }: Run): Run {
  const given = parsedIfJson(extra);
  return isObject(given) && isObject(given.metadata) ? given.metadata : {};
}

function modelOf({ extra, outputs }: Run, metadata: Run): string | undefined {
  const given = parsedIfJson(extra);
  const invocation = isObject(given) && isObject(given.invocation_params) ? given.invocation_params : {};
  const answered = isObject(outputs) ? nameIn(outputs, ["model"]) : undefined;
  return nameIn(metadata, ["ls_model_name"]) ?? nameIn(invocation, ["model", "model_name"]) ?? answered;
}

/** Inputs are the arguments as an object, as JSON text, or as such text in `input`. The id of the call is in the tool's answer. */
function toolRunOf(run: Run, field: string): Pick<Observed, "toolRun"> & { readonly fault?: string } {
  const inputs = parsedIfJson(run.inputs);
  const wrapped =
    isObject(inputs) && Object.keys(inputs).length === 1 ? parsedIfJson(inputs.input) : undefined;
  const args = isObject(wrapped) ? wrapped : inputs;
  // A tool with one plain argument is recorded with that text alone.
  const given = typeof args === "string" ? { input: args } : args;
  const output = isObject(run.outputs) ? run.outputs.output : undefined;
  const answer = isObject(output) && isObject(output.kwargs) ? output.kwargs : output;
  const id = idIn(run.extra, ["tool_call_id"]) ?? idIn(answer, ["tool_call_id"]);
  const read = toolCallOf({ name: run.name, arguments: given, ...(id === undefined ? {} : { id }) }, field);
  return "fault" in read ? read : { toolRun: { call: read.call, field } };
}

function childrenOf({ child_runs: children }: Run): readonly Run[] {
  return Array.isArray(children) ? children.filter(isObject) : [];
}
