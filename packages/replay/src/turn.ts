import type { ToolCall } from "@persona-guard/core";
import type { Intake } from "./intake.js";
import { parseJson } from "./parse-json.js";
import { isObject, type StepFields } from "./trace.js";

/** What an assistant's message says and calls, and where in the record. */
export interface Turn {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly fields: StepFields;
  /** What could not be read, beginning with its field. */
  readonly faults: readonly string[];
}

/** Blocks that hold what the reader of the message sees; Gemini's and AgentDojo's derivatives have no type. */
const textBlocks = new Set<unknown>(["text", "output_text", "refusal", undefined]);
const callBlocks = new Set<unknown>(["tool_use", "tool_call", "tool-call", "function_call"]);

type Message = Readonly<Record<string, unknown>>;

/**
 * A message in any of the chat dialects: content as a string, null or blocks (OpenAI, Anthropic, AgentDojo) or parts (OpenTelemetry,
 * Gemini); calls in `tool_calls`, in the old single `function_call`, or as blocks.
 *
 * @param field path of the message in its record
 * @param content name of the field with the text, where it is another
 */
export function turnOf(message: Message, field: string, intake: Intake, content = "content"): Turn {
  const said = saidIn(message, { at: field, content }, intake);
  const listed = callsListed(message, field);
  const calls = listed.calls.length > 0 || listed.fault !== undefined ? listed.calls : said.calls;
  const read = calls.map((call) => toolCallOf(call.value, call.field));
  const toolCalls = read.flatMap((one) => ("call" in one ? [one] : []));
  return {
    text: said.text,
    toolCalls: toolCalls.map(({ call }) => call),
    fields: { text: said.field, toolCalls: toolCalls.map((call) => call.field) },
    faults: [
      ...said.faults,
      ...(listed.fault === undefined ? [] : [listed.fault]),
      ...read.flatMap((one) =>
        "fault" in one ? [`${one.fault}. Call left out, the rest of the step is judged.`] : [],
      ),
    ],
  };
}

interface At {
  readonly value: unknown;
  readonly field: string;
}

interface Said {
  readonly text: string;
  readonly field: string;
  readonly calls: readonly At[];
  readonly faults: readonly string[];
}

function saidIn(
  message: Message,
  { at, content: given }: { readonly at: string; readonly content: string },
  intake: Intake,
): Said {
  const name = Array.isArray(message.parts) ? "parts" : given;
  const field = `${at}.${name}`;
  const content = message[name] ?? message.refusal;
  if (content === null || content === undefined) return { text: "", field, calls: [], faults: [] };
  if (typeof content === "string") return { text: content, field, calls: [], faults: [] };
  if (!Array.isArray(content)) {
    const fault = `${field}: neither a string, null nor blocks. The text is left out.`;
    return { text: "", field, calls: [], faults: [fault] };
  }
  const texts: string[] = [];
  const calls: At[] = [];
  const faults: string[] = [];
  for (const [index, block] of content.entries()) {
    const here = `${field}[${index}]`;
    const type = isObject(block) ? block.type : undefined;
    const text =
      typeof block === "string"
        ? block
        : isObject(block) && textBlocks.has(type)
          ? (block.text ?? block.content ?? block.refusal)
          : undefined;
    if (typeof text === "string") texts.push(text);
    else if (isObject(block) && (callBlocks.has(type) || isObject(block.functionCall)))
      calls.push({ value: block.functionCall ?? block, field: here });
    else if (textBlocks.has(type)) faults.push(`${here}.text: no text in this block. Block left out.`);
    else intake.leave(`"${type}" blocks`, "no text that anyone is shown");
  }
  return { text: texts.join("\n"), field, calls, faults };
}

function callsListed(
  message: Message,
  field: string,
): { readonly calls: readonly At[]; readonly fault?: string } {
  const given = message.tool_calls ?? message.toolCalls;
  if (Array.isArray(given))
    return { calls: given.map((value, at) => ({ value, field: `${field}.tool_calls[${at}]` })) };
  if (given !== undefined && given !== null)
    return { calls: [], fault: `${field}.tool_calls: not an array. Calls left out.` };
  return {
    calls: isObject(message.function_call)
      ? [{ value: message.function_call, field: `${field}.function_call` }]
      : [],
  };
}

/** A tool call as OpenAI, LangChain, Anthropic, Vercel's AI SDK, tau2-bench or AgentDojo write it. */
export function toolCallOf(
  call: unknown,
  field: string,
): { readonly call: ToolCall; readonly field: string } | { readonly fault: string } {
  if (!isObject(call)) return { fault: `${field}: no call of a tool` };
  const inFunction = isObject(call.function);
  const called = isObject(call.function) ? call.function : call;
  const at = inFunction ? `${field}.function` : field;
  const name = inFunction
    ? called.name
    : typeof call.function === "string"
      ? call.function
      : (call.name ?? call.toolName);
  if (typeof name !== "string" || name === "") return { fault: `${at}.name: no name of a tool` };
  const argsField = ["arguments", "args", "input"].find((key) => called[key] !== undefined) ?? "arguments";
  const args = argsOf(called[argsField]);
  if ("fault" in args) return { fault: `${at}.${argsField} ${args.fault}` };
  const id = [call.call_id, call.id, call.toolCallId].find((one) => typeof one === "string");
  return {
    call: { ...(typeof id === "string" ? { id } : {}), name, args: args.value },
    field: `${at}.${argsField}`,
  };
}

function argsOf(given: unknown): { readonly value: Record<string, unknown> } | { readonly fault: string } {
  // A call without arguments is recorded as "", null or "{}", depending on who served the model.
  if (given === undefined || given === null || given === "") return { value: {} };
  const parsed = typeof given === "string" ? parseJson(given) : { value: given };
  if ("fault" in parsed) return parsed;
  return isObject(parsed.value) ? { value: parsed.value } : { fault: "is not a JSON object" };
}
