import { parseStep, type ToolCall } from "@persona-guard/core";
import { parseJson } from "./records.js";
import { faultAt, isObject, type TracedStep, type TraceFault, type TraceRecord } from "./trace.js";

/** One conversation in the message format of OpenAI's chat completions, or of AgentDojo, which is near it. */
export interface ChatOptions {
  readonly session: string;
  /** Path of the messages in their record, for example "traj". */
  readonly path: string;
  readonly model?: string;
}

/** The assistant's turns as steps, indexed from 0; what cannot be read is a fault, and the rest goes on. */
export function* stepsOfChat(
  { place, shareRead }: TraceRecord,
  messages: readonly unknown[],
  { session, path, model }: ChatOptions,
): Generator<TracedStep | TraceFault> {
  let index = 0;
  for (const [at, message] of messages.entries()) {
    const field = `${path}[${at}]`;
    if (!isObject(message) || typeof message.role !== "string") {
      yield faultAt(place, `${field}.role: missing, so it is no message. Message skipped.`);
      continue;
    }
    if (message.role !== "assistant") continue;
    const { text, faults: textFaults } = textOf(message.content ?? message.refusal, `${field}.content`);
    const { toolCalls, faults: callFaults } = toolCallsOf(message, field);
    for (const what of [...textFaults, ...callFaults]) yield faultAt(place, what);
    const step = { id: `step-${index}`, session, index, text, toolCalls };
    const given = parseStep(model === undefined ? step : { ...step, model }, field);
    yield { found: "step", place, step: given, shareRead };
    index += 1;
  }
}

/** Text of a string, null or content blocks; blocks that are no text, such as images, say nothing. */
function textOf(
  content: unknown,
  field: string,
): { readonly text: string; readonly faults: readonly string[] } {
  if (content === null || content === undefined) return { text: "", faults: [] };
  if (typeof content === "string") return { text: content, faults: [] };
  if (!Array.isArray(content)) {
    return { text: "", faults: [`${field}: neither a string, null nor blocks. The text is left out.`] };
  }
  const texts: string[] = [];
  const faults: string[] = [];
  for (const [at, block] of content.entries()) {
    const text =
      typeof block === "string"
        ? block
        : isObject(block)
          ? (block.text ?? block.content ?? block.refusal)
          : undefined;
    if (typeof text === "string") texts.push(text);
    else if (!isObject(block) || block.type === "text" || block.type === undefined)
      faults.push(`${field}[${at}].text: no text in this block. Block left out.`);
  }
  return { text: texts.join("\n"), faults };
}

/** The calls of a message with parsed arguments; the old single `function_call` is read too. */
function toolCallsOf(
  message: Readonly<Record<string, unknown>>,
  field: string,
): { readonly toolCalls: readonly ToolCall[]; readonly faults: readonly string[] } {
  const listed =
    message.tool_calls ?? (isObject(message.function_call) ? [{ function: message.function_call }] : []);
  const toolCalls: ToolCall[] = [];
  const faults: string[] = [];
  if (!Array.isArray(listed))
    return { toolCalls, faults: [`${field}.tool_calls: not an array. Calls left out.`] };
  for (const [at, call] of listed.entries()) {
    const read = toolCallOf(call, `${field}.tool_calls[${at}].function`);
    if ("fault" in read) faults.push(`${read.fault}. Call left out, the rest of the step is judged.`);
    else toolCalls.push(read);
  }
  return { toolCalls, faults };
}

function toolCallOf(call: unknown, field: string): ToolCall | { readonly fault: string } {
  const called =
    isObject(call) && typeof call.function === "string"
      ? { name: call.function, arguments: call.args }
      : isObject(call)
        ? call.function
        : undefined;
  if (!isObject(called) || typeof called.name !== "string" || called.name === "")
    return { fault: `${field}.name: no name of a tool` };
  const args = argsOf(called.arguments);
  if ("fault" in args) return { fault: `${field}.arguments ${args.fault}` };
  const id = isObject(call) && typeof call.id === "string" ? { id: call.id } : {};
  return { ...id, name: called.name, args: args.value };
}

function argsOf(given: unknown): { readonly value: Record<string, unknown> } | { readonly fault: string } {
  // A call without arguments is recorded as "", null or "{}", depending on who served the model.
  if (given === undefined || given === null || given === "") return { value: {} };
  const parsed = typeof given === "string" ? parseJson(given) : { value: given };
  if ("fault" in parsed) return parsed;
  return isObject(parsed.value) ? { value: parsed.value } : { fault: "is not a JSON object" };
}
