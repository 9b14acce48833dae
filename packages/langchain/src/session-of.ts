import { AIMessage, type BaseMessage, SystemMessage } from "@langchain/core/messages";

/** What LangGraph says about a run, in the metadata of its callbacks and in the configuration of its nodes. */
export interface RunPlace {
  readonly thread_id?: unknown;
  /** The nodes around the model, as in "tools:<id>|model_request:<id>" for an agent inside a tool. */
  readonly checkpoint_ns?: unknown;
}

/**
 * The conversation that a model's turn belongs to: the checkpointer's thread, or without one the id of the first message,
 * which is of this run alone. An agent inside another has a session of its own: by the tool call that runs it, or by the node
 * that it is.
 *
 * @returns undefined where nothing tells, as in a chain without a thread
 */
export function sessionOf(place: RunPlace, messages: readonly BaseMessage[]): string | undefined {
  const { thread_id: thread, checkpoint_ns: nodes } = place;
  const outer = typeof nodes === "string" ? nodes.split("|").slice(0, -1) : [];
  const session =
    typeof thread === "string" ? thread : messages.find((message) => !SystemMessage.isInstance(message))?.id;
  if (session === undefined) return undefined;
  return [session, ...outer.map(nodeName)].join("/");
}

/** Each call of a tool is a conversation of its own, while a node goes on with the one it had. */
function nodeName(node: string): string {
  return node.startsWith("tools:") ? node : (node.split(":")[0] ?? node);
}

/** The model's turns so far: the position of its next one. */
export function turnsIn(messages: readonly BaseMessage[]): number {
  return messages.filter((message) => AIMessage.isInstance(message)).length;
}
