import { idIn, nameIn } from "../field-values.js";
import type { Intake } from "../intake.js";
import { type OutputMessage, outputMessages } from "../model-output.js";
import { type Observed, orderedSteps } from "../ordered-steps.js";
import { parsedIfJson } from "../parse-json.js";
import {
  attributeIn,
  attributeList,
  hasAttributes,
  itemsOf,
  type Span,
  type SpanEvent,
  spanOf,
} from "../span.js";
import { faultAt, isObject, type TraceFault, type TraceReader, type TraceRecord } from "../trace.js";
import { toolCallOf, turnOf } from "../turn.js";

/** What OpenTelemetry's GenAI conventions call the conversation, and what libraries used before. */
const sessionFields = [
  "gen_ai.conversation.id",
  "session.id",
  "traceloop.association.properties.session_id",
  "traceloop.association.properties.thread_id",
] as const;
/** What the model was given: the agent's own earlier words among it were read where it said them. */
const inputFields = ["gen_ai.input.messages", "gen_ai.system_instructions", "gen_ai.prompt"] as const;

/** Spans and log records after the GenAI conventions of OpenTelemetry, current or deprecated, as OTLP JSON or plain. */
export const otel: TraceReader = {
  name: "otel",
  marks: [
    { field: "traceId and spanId", isIn: (record) => spanOf(record) !== undefined },
    { field: "attributes", isIn: hasAttributes },
    { field: "an attribute or event gen_ai.*", isIn: isGenAi },
  ],
  read: (records, intake) => orderedSteps(observedIn(records, intake), intake),
};

function isGenAi(record: Readonly<Record<string, unknown>>): boolean {
  const span = spanOf(record);
  return (
    span !== undefined &&
    (Object.keys(span.attributes).some((name) => name === "gen_ai" || name.startsWith("gen_ai.")) ||
      span.events.some(({ name }) => name.startsWith("gen_ai.")))
  );
}

async function* observedIn(
  records: AsyncIterable<TraceRecord>,
  intake: Intake,
): AsyncGenerator<Observed | TraceFault> {
  for await (const { place, shareRead, value } of records) {
    const span = spanOf(value);
    if (span === undefined) {
      yield faultAt(place, "traceId, spanId: not a span or log record, which has both. Record skipped.");
      continue;
    }
    const { attributes } = span;
    const textOf = (names: readonly string[]) =>
      idIn(Object.fromEntries(names.map((name) => [name, attributeIn(attributes, name)])), names);
    const observed = {
      found: "observed",
      place,
      shareRead,
      trace: span.trace,
      span: span.span,
      parent: span.parent,
      isEvent: span.isEvent,
      session: textOf(sessionFields),
      time: span.time,
      turns: [],
    } as const;
    for (const name of inputFields)
      if (attributeIn(attributes, name) !== undefined || attributes[`${name}.0.content`] !== undefined)
        intake.leave(`attribute ${name}`, "what the model was given, not what it said");
    if (isToolRun(span)) {
      const run = callIn(span);
      const call = run && toolCallOf(run.call, run.field);
      if (run === undefined) intake.leave("runs of tools", "their arguments were not recorded");
      else if (call !== undefined && "fault" in call)
        yield faultAt(place, `${call.fault}. Span skipped, the rest is judged.`);
      yield call !== undefined && "call" in call && run !== undefined
        ? { ...observed, toolRun: { call: call.call, field: run.field } }
        : observed;
      continue;
    }
    const messages = messagesOf(span, intake);
    if (messages.length === 0) intake.leave("spans and events", "they hold no message of a model");
    const turns = messages.map(({ message, field }) => turnOf(message, field, intake));
    yield { ...observed, turns, model: textOf(["gen_ai.response.model", "gen_ai.request.model"]) };
  }
}

/** The output in the newest form that the span has it in: where an exporter writes two, they say the same. */
function messagesOf({ attributes, events }: Span, intake: Intake): readonly OutputMessage[] {
  const current = outputIn(attributes);
  if (current.length > 0) return current;
  const indexed = attributeList(attributes, "gen_ai.completion").flatMap((item, at) =>
    isObject(item)
      ? [{ message: { ...item, tool_calls: itemsOf(item.tool_calls) }, field: `gen_ai.completion.${at}` }]
      : [],
  );
  if (indexed.length > 0) return indexed;
  const completion = outputMessages(
    parsedIfJson(attributeIn(attributes, "gen_ai.completion")),
    "gen_ai.completion",
  );
  return completion.length > 0 ? completion : messagesOfEvents(events, intake);
}

function outputIn(attributes: SpanEvent["attributes"]): readonly OutputMessage[] {
  const name = "gen_ai.output.messages";
  return outputMessages(parsedIfJson(attributeIn(attributes, name)), name);
}

/** Choices; without any, the assistant's message that no other message follows: the answer, not the history. */
function messagesOfEvents(events: readonly SpanEvent[], intake: Intake): readonly OutputMessage[] {
  const said = events.filter(({ name }) => name === "gen_ai.choice" || name === "gen_ai.content.completion");
  const details = events.flatMap(({ attributes }) => outputIn(attributes));
  if (details.length > 0) return details;
  if (said.length > 0) {
    return said.flatMap((event) => {
      const content = contentOf(event);
      if (isObject(content) && typeof content.index === "number" && content.index > 0) {
        intake.leave("choices after the first", "nobody was shown them");
        return [];
      }
      const message = isObject(content) ? (content.message ?? content) : content;
      return outputMessages(parsedIfJson(message), `event ${event.name}`);
    });
  }
  const messages = events.filter(({ name }) => /^gen_ai\.\w+\.message$/.test(name));
  const last = messages.at(-1);
  if (last?.name !== "gen_ai.assistant.message" || messages.length === 1) return [];
  return outputMessages(contentOf(last), `event ${last.name}`);
}

/** The body of a log record, or what span events carry in its place. */
function contentOf({ attributes, body }: SpanEvent): unknown {
  const inAttributes = ["gen_ai.event.content", "gen_ai.completion"]
    .map((name) => attributes[name])
    .find((value) => value !== undefined);
  return parsedIfJson(body ?? inAttributes ?? attributes);
}

function isToolRun({ name, attributes }: Span): boolean {
  const operation = attributeIn(attributes, "gen_ai.operation.name");
  return operation === "execute_tool" || (operation === undefined && name.startsWith("execute_tool "));
}

/** OpenLLMetry keeps the arguments in its own field, and the name of the tool in what it answered. */
function callIn({ name, attributes }: Span): { readonly call: object; readonly field: string } | undefined {
  const field = ["gen_ai.tool.call.arguments", "traceloop.entity.input"].find(
    (one) => attributeIn(attributes, one) !== undefined,
  );
  if (field === undefined) return undefined;
  const given = parsedIfJson(attributeIn(attributes, field));
  const listed = isObject(given) && Array.isArray(given.args) ? parsedIfJson(given.args[0]) : given;
  const answer = parsedIfJson(attributeIn(attributes, "traceloop.entity.output"));
  const message = isObject(answer) ? (answer.kwargs ?? answer) : undefined;
  const id =
    idIn({ id: attributeIn(attributes, "gen_ai.tool.call.id") }, ["id"]) ?? idIn(message, ["tool_call_id"]);
  const tool =
    nameIn({ name: attributeIn(attributes, "gen_ai.tool.name") }, ["name"]) ??
    nameIn(message, ["name"]) ??
    name.replace(/^execute_tool /, "");
  return { call: { name: tool, arguments: listed, ...(id === undefined ? {} : { id }) }, field };
}
