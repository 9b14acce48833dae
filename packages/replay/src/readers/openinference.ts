import { idIn, nameIn } from "../field-values.js";
import type { Intake } from "../intake.js";
import { outputMessages } from "../model-output.js";
import { type Observed, orderedSteps } from "../ordered-steps.js";
import { parsedIfJson } from "../parse-json.js";
import { attributeIn, attributeList, hasAttributes, itemsOf, type Span, spanOf } from "../span.js";
import { faultAt, isObject, type TraceFault, type TraceReader, type TraceRecord } from "../trace.js";
import { toolCallOf, turnOf } from "../turn.js";

type Fields = Readonly<Record<string, unknown>>;

/** Spans of OpenInference (Phoenix, Arize): flattened attributes, nested ones, or OTLP. */
export const openInference: TraceReader = {
  name: "openinference",
  marks: [
    { field: "traceId and spanId", isIn: (record) => spanOf(record) !== undefined },
    { field: "attributes", isIn: hasAttributes },
    { field: "the attribute openinference.span.kind", isIn: (record) => kindOf(record) !== undefined },
  ],
  read: (records, intake) => orderedSteps(observedIn(records, intake), intake),
};

async function* observedIn(
  records: AsyncIterable<TraceRecord>,
  intake: Intake,
): AsyncGenerator<Observed | TraceFault> {
  for await (const { place, shareRead, value } of records) {
    const span = spanOf(value);
    if (span === undefined) {
      yield faultAt(place, "traceId, spanId: not a span, which has both. Record skipped.");
      continue;
    }
    const { attributes } = span;
    const observed = {
      found: "observed",
      place,
      shareRead,
      trace: span.trace,
      span: span.span,
      parent: span.parent,
      session: idIn({ id: attributeIn(attributes, "session.id") }, ["id"]),
      time: span.time,
      turns: [],
    } as const;
    const kind = kindOf(value);
    if (kind === "LLM") {
      const messages = messagesIn(attributes);
      if (messages.length === 0) intake.leave("LLM spans", "they hold no message");
      const turns = messages.map(({ message, field }) => turnOf(message, field, intake));
      yield {
        ...observed,
        turns,
        model: nameIn({ name: attributeIn(attributes, "llm.model_name") }, ["name"]),
      };
    } else if (kind === "TOOL") {
      const call = toolCallOf(callIn(span), "input.value");
      if ("fault" in call) yield faultAt(place, `${call.fault}. Span skipped, the rest is judged.`);
      else yield { ...observed, toolRun: { call: call.call, field: "input.value" } };
    } else {
      intake.leave(`spans of kind ${kind ?? "(none)"}`, "not a model's own turn");
      yield observed;
    }
  }
}

function kindOf(record: unknown): string | undefined {
  const span = spanOf(record);
  if (span === undefined || !isObject(record)) return undefined;
  const kind = attributeIn(span.attributes, "openinference.span.kind") ?? record.span_kind;
  return typeof kind === "string" && kind !== "" ? kind.toUpperCase() : undefined;
}

/** The messages, or else what the span gives out as its value. */
function messagesIn(attributes: Fields) {
  const name = "llm.output_messages";
  const messages = attributeList(attributes, name).flatMap((item, at) => {
    const message = isObject(item) && isObject(item.message) ? item.message : item;
    if (!isObject(message)) return [];
    return [{ message: chatMessageOf(message), field: `${name}.${at}.message` }];
  });
  return messages.length > 0
    ? messages
    : outputMessages(parsedIfJson(attributeIn(attributes, "output.value")), "output.value");
}

/** Calls stand beside the content, or among its parts. */
function chatMessageOf({ content, contents, tool_calls: calls }: Fields): Fields {
  const parts = itemsOf(contents).filter(isObject);
  const blocks = parts.flatMap((part) => (isObject(part.message_content) ? [part.message_content] : []));
  const inParts = parts.flatMap((part) => (isObject(part.tool_call) ? [part] : []));
  return {
    content: content ?? (blocks.length > 0 ? blocks : undefined),
    tool_calls: [...itemsOf(calls), ...inParts].map((call) => (isObject(call) ? call.tool_call : call)),
  };
}

function callIn({ name, attributes }: Span): Fields {
  const given = parsedIfJson(
    attributeIn(attributes, "input.value") ?? attributeIn(attributes, "tool.parameters"),
  );
  const inner = isObject(given) && Object.keys(given).length === 1 ? parsedIfJson(given.input) : undefined;
  const answer = parsedIfJson(attributeIn(attributes, "output.value"));
  const message =
    isObject(answer) && isObject(answer.output) ? (answer.output.kwargs ?? answer.output) : answer;
  const id = attributeIn(attributes, "tool_call.id") ?? idIn(message, ["tool_call_id"]);
  const args = isObject(inner) ? inner : given;
  return {
    name: nameIn({ name: attributeIn(attributes, "tool.name") }, ["name"]) ?? name,
    arguments: typeof args === "string" && args !== "" ? { input: args } : args,
    ...(id === undefined ? {} : { id }),
  };
}
