/** Every way in which a consumer can read a run. */
export const agentStreams = [
  "invoke",
  "messages",
  "updates",
  "values",
  "custom",
  "events-v2",
  "events-v3",
] as const;
export type AgentStream = (typeof agentStreams)[number];

/** What `createAgent` returns, or a compiled graph. Of a plain chain only the streams "invoke" and "events-v2" exist. */
export interface RunnableAgent {
  invoke(input: unknown, config: object): Promise<unknown>;
  stream(input: unknown, config: object): Promise<AsyncIterable<unknown>>;
  streamEvents(input: unknown, config: object): unknown;
}

/** Runs an agent once and returns everything that a consumer of this stream receives, in order. */
export async function received(
  agent: RunnableAgent,
  input: unknown,
  { stream, config }: { readonly stream: AgentStream; readonly config: object },
): Promise<readonly unknown[]> {
  switch (stream) {
    case "invoke":
      return [await agent.invoke(input, config)];
    case "events-v2":
      return all(await agent.streamEvents(input, { ...config, version: "v2" }));
    case "events-v3": {
      const run = await agent.streamEvents(input, { ...config, version: "v3" });
      const [events, messages, output] = await Promise.all([all(run), messageTexts(run), outputOf(run)]);
      return [...events, ...messages, output];
    }
    default:
      return all(await agent.stream(input, { ...config, streamMode: stream, subgraphs: true }));
  }
}

async function all(stream: unknown): Promise<readonly unknown[]> {
  const chunks: unknown[] = [];
  // An agent's streams are iterable; for anything else the runtime's own error is the right one.
  for await (const chunk of stream as AsyncIterable<unknown>) chunks.push(chunk);
  return chunks;
}

/** `run.messages` has a source of its own: what a transformer hides from the events can still be there. */
async function messageTexts(run: unknown): Promise<readonly unknown[]> {
  if (typeof run !== "object" || run === null || !("messages" in run)) return [];
  return Promise.all(
    (await all(run.messages)).map(async (message) =>
      typeof message === "object" && message !== null && "text" in message ? await message.text : undefined,
    ),
  );
}

async function outputOf(run: unknown): Promise<unknown> {
  return typeof run === "object" && run !== null && "output" in run ? await run.output : undefined;
}
