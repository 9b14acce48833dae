import type { BaseMessage } from "@langchain/core/messages";
import { type Call, guardCall } from "./guard-call.js";
import type { GuardOptions, NodeConfig } from "./outside.js";
import { withInvoke } from "./with-invoke.js";

/** A LangChain tool of any kind. */
export interface GuardableTool {
  readonly name: string;
  invoke(input: unknown, config?: object): Promise<unknown>;
}

/**
 * The same tool, that judges its arguments before it runs, wherever it is called from: a `ToolNode`, an agent, or by hand.
 *
 * No draft can be asked for here: with "reprompt" the call is refused, and the refusal tells the model which sentence left the
 * character, so that it drafts again in its next turn. A call that a guard let pass in the model's turn is not judged again. Called
 * with arguments alone, not with a tool call, a refusal is its text.
 *
 * @throws PersonaGuardError "options-invalid"; with the first call also what `loadGuard` throws
 * @example
 * const tools = new ToolNode([guardTool(sendEmail, { persona: "./persona.yaml", onDrift: "interrupt" }), search]);
 */
export function guardTool<Tool extends GuardableTool, Context = unknown>(
  tool: Tool,
  options: GuardOptions<Context>,
): Tool {
  const guarded = guardCall(options);
  return withInvoke(tool, async (input, config) => {
    const call = isCall(input) ? input : { name: tool.name, args: argsOf(input) };
    const result = await guarded(call, { config, history: historyIn(config) }, ({ args }) =>
      tool.invoke(isCall(input) ? { ...input, args } : typeof input === "string" ? args.input : args, config),
    );
    if ("ran" in result) return result.ran;
    return isCall(input) ? result.refused : result.refused.text;
  });
}

function isCall(input: unknown): input is Call {
  return (
    typeof input === "object" &&
    input !== null &&
    "type" in input &&
    input.type === "tool_call" &&
    "args" in input
  );
}

/** A tool may take a text instead of an object. */
function argsOf(input: unknown): Call["args"] {
  return typeof input === "object" && input !== null ? { ...input } : { input };
}

/** The messages of the graph's state, which a ToolNode hands to its tools. */
function historyIn(config: NodeConfig & { readonly state?: unknown }): readonly BaseMessage[] {
  const { state } = config;
  const isState = typeof state === "object" && state !== null && "messages" in state;
  return isState && Array.isArray(state.messages) ? state.messages : [];
}
