import { AIMessage, type BaseMessage, ToolMessage } from "@langchain/core/messages";
import type { RunnableInterface } from "@langchain/core/runnables";
import { copyOf } from "./draft.js";
import { type Call, guardCall } from "./guard-call.js";
import type { GuardOptions } from "./outside.js";
import { withInvoke } from "./with-invoke.js";

/**
 * The same `ToolNode` (of `@langchain/langgraph/prebuilt`), that judges the calls of a turn before any of them runs: those in
 * persona run, the others are answered with an error message that tells the model what left the character.
 *
 * @throws PersonaGuardError "options-invalid"; with the first run also what `loadGuard` throws
 * @example
 * graph.addNode("tools", guardTools(new ToolNode([sendEmail, search]), { persona: "./persona.yaml" }));
 */
export function guardTools<Node extends RunnableInterface, Context = unknown>(
  node: Node,
  options: GuardOptions<Context>,
): Node {
  const guarded = guardCall(options);
  return withInvoke(node, async (input, config) => {
    const turn = turnIn(input);
    if (turn === undefined) return node.invoke(input, config); // which says what is wrong with it
    const refused: ToolMessage[] = [];
    const allowed: Call[] = [];
    // One after the other: a person may be asked about each, and none must run before the last is decided.
    for (const call of turn.calls) {
      const result = await guarded(call, { config, history: turn.messages }, (passed) => passed);
      if ("ran" in result) allowed.push(result.ran);
      else refused.push(result.refused);
    }
    if (allowed.length === 0) return turn.answerOf(refused);
    const output: unknown = await node.invoke(turn.inputWith(allowed), config);
    return refused.length === 0 ? output : turn.together(refused, output);
  });
}

/** The calls that a node is to run, and how they stand in its input. */
interface Turn {
  readonly messages: readonly BaseMessage[];
  readonly calls: readonly Call[];
  inputWith(calls: readonly Call[]): unknown;
  answerOf(messages: readonly ToolMessage[]): unknown;
  together(refused: readonly ToolMessage[], output: unknown): unknown;
}

/** A ToolNode takes a list of messages, a state with one, or a single call with the state around it. */
function turnIn(input: unknown): Turn | undefined {
  if (Array.isArray(input)) {
    const answerOf = (messages: readonly ToolMessage[]) => [...messages];
    return listTurn(input, (messages) => messages, answerOf);
  }
  if (typeof input !== "object" || input === null || !("messages" in input) || !Array.isArray(input.messages))
    return undefined;
  const answerOf = (messages: readonly ToolMessage[]) => ({ messages: [...messages] });
  if (!("lg_tool_call" in input))
    return listTurn(input.messages, (messages) => ({ ...input, messages }), answerOf);
  return {
    messages: input.messages,
    calls: [input.lg_tool_call as Call], // as LangGraph's `Send` to a ToolNode is made
    inputWith: ([call]) => ({ ...input, lg_tool_call: call }),
    answerOf,
    together: (_, output) => output,
  };
}

function listTurn(
  messages: readonly BaseMessage[],
  inputOf: (messages: readonly BaseMessage[]) => unknown,
  answerOf: Turn["answerOf"],
): Turn | undefined {
  const at = messages.findLastIndex((message) => AIMessage.isInstance(message));
  const message = messages[at];
  if (!AIMessage.isInstance(message)) return undefined;
  const answered = new Set(
    messages.flatMap((one) => (ToolMessage.isInstance(one) ? [one.tool_call_id] : [])),
  );
  const calls = (message.tool_calls ?? []).filter(({ id }) => id === undefined || !answered.has(id));
  return {
    messages,
    calls,
    inputWith: (toolCalls) => inputOf(messages.with(at, copyOf(message, { toolCalls: [...toolCalls] }))),
    answerOf,
    together: (refused, output) => joined(answerOf(refused), output),
  };
}

/** A node gives messages as it was given them, or a list of updates where a tool returned a Command. */
function joined(refused: unknown, output: unknown): unknown {
  if (Array.isArray(refused)) return [...refused, ...(Array.isArray(output) ? output : [output])];
  if (Array.isArray(output)) return [refused, ...output];
  return { messages: [...messagesIn(refused), ...messagesIn(output)] };
}

function messagesIn(value: unknown): readonly unknown[] {
  const isState = typeof value === "object" && value !== null && "messages" in value;
  return isState && Array.isArray(value.messages) ? value.messages : [];
}
