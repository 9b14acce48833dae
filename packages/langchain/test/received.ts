import { inspect } from "node:util";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { PersonaLiveEvent } from "../src/index.js";
import { ask, type Run } from "./agent-under-test.js";

/** What the reader of a stream got. */
export interface Received {
  /** Every chunk, with all that hangs on it, as text. */
  readonly everything: string;
  /** The model's messages as they were shown, by their ids: text, and the arguments of calls as JSON. */
  readonly shown: ReadonlyMap<string, string>;
  /** Ids of messages that were taken back. */
  readonly retracted: readonly string[];
}

const question = ask("Please write to the hotel.");

export const streams = [
  "messages",
  "updates",
  "values",
  "custom",
  "all modes",
  "streamEvents v2",
  "streamEvents v3",
] as const;

/** Runs the agent and collects all that one kind of stream gives. */
export async function received(
  { agent }: Pick<Run, "agent">,
  stream: (typeof streams)[number],
  { subgraphs = false }: { readonly subgraphs?: boolean } = {},
): Promise<Received> {
  const chunks: unknown[] = [];
  const shown = new Map<string, string>();
  const retracted: string[] = [];
  const add = (id: string, text: string) => shown.set(id, (shown.get(id) ?? "") + text);
  if (stream === "streamEvents v3") return receivedV3(agent);
  if (stream === "streamEvents v2") {
    for await (const event of agent.streamEvents(question, { version: "v2" })) {
      chunks.push(event);
      if (event.event === "on_chat_model_stream") add(event.data.chunk.id, wordsOf(event.data.chunk));
      if (event.event === "on_custom_event") retracted.push(...retractedBy(event.data));
    }
    return { everything: asText(chunks), shown, retracted };
  }
  const modes = ["messages", "updates", "values", "custom"] as const;
  const streamMode = stream === "all modes" ? [...modes] : [stream];
  for await (const parts of await agent.stream(question, { streamMode, subgraphs })) {
    // With subgraphs the place of the node comes first.
    const [mode, chunk] = parts.slice(-2);
    chunks.push(chunk);
    if (mode === "custom") retracted.push(...retractedBy(chunk));
    if (mode === "messages" && AIMessage.isInstance(chunk[0])) add(chunk[0].id ?? "", wordsOf(chunk[0]));
    if (mode === "updates" && streamMode.length === 1)
      for (const message of Object.values(chunk).flatMap(messagesOf))
        if (AIMessage.isInstance(message)) add(message.id ?? "", wordsOf(message));
    if (mode === "values" && streamMode.length === 1)
      for (const message of messagesOf(chunk).filter((one) => AIMessage.isInstance(one)))
        shown.set(message.id ?? "", wordsOf(message));
  }
  return { everything: asText(chunks), shown, retracted };
}

async function receivedV3(agent: Run["agent"]): Promise<Received> {
  const run = await agent.streamEvents(question, { version: "v3" });
  const chunks: unknown[] = [];
  const shown = new Map<string, string>();
  const retracted: string[] = [];
  await Promise.all([
    collect(run, (event) => {
      chunks.push(event);
      if (event.method === "custom")
        retracted.push(...retractedBy(Reflect.get(Object(event.params.data), "payload")));
    }),
    collect(run.messages, async (message) => {
      const output = await message.output;
      chunks.push(output);
      shown.set(output.id ?? "", wordsOf(output));
    }),
    run.output.then((output) => chunks.push(output)),
  ]);
  return { everything: asText(chunks), shown, retracted };
}

function retractedBy(custom: unknown): readonly string[] {
  const event = custom as PersonaLiveEvent; // nothing else sends custom events here
  return event.type === "persona_retract" ? [event.messageId] : [];
}

async function collect<T>(items: AsyncIterable<T>, each: (item: T) => unknown): Promise<void> {
  for await (const item of items) await each(item);
}

function messagesOf(value: unknown): readonly BaseMessage[] {
  const messages: unknown =
    typeof value === "object" && value !== null ? Reflect.get(value, "messages") : undefined;
  return Array.isArray(messages) ? messages : [];
}

/** Text and arguments, of a whole message or of a chunk of one. */
function wordsOf(message: BaseMessage): string {
  const calls =
    "tool_call_chunks" in message && Array.isArray(message.tool_call_chunks) ? message.tool_call_chunks : [];
  if (calls.length > 0) return message.text + calls.map(({ args }) => args).join("");
  return (
    message.text +
    (AIMessage.isInstance(message)
      ? (message.tool_calls ?? []).map(({ args }) => JSON.stringify(args)).join("")
      : "")
  );
}

function asText(chunks: readonly unknown[]): string {
  return inspect(chunks, {
    depth: 30,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: Infinity,
    getters: true,
  });
}
