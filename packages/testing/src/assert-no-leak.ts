import { AssertionError } from "node:assert";
import { randomUUID } from "node:crypto";
import { type AgentStream, agentStreams, type RunnableAgent, received } from "./agent-streams.js";
import { leakedWords } from "./leaked-words.js";
import { ModelAnswers } from "./model-answers.js";
import { stringsIn } from "./strings-in.js";

export interface AssertNoLeakOptions {
  /**
   * Texts that no consumer may see. Without it they are found: what a model wrote and the node, lambda or chain that asked
   * for it did not pass on. Name them where a later node takes a draft back.
   */
  readonly rejected?: readonly string[];
  /** Ways to read a run that are tried, each in a run of its own; a plain chain has "invoke" and "events-v2". @default all */
  readonly streams?: readonly AgentStream[];
  /** For every run, beside its own thread id. */
  readonly config?: {
    readonly callbacks?: readonly object[];
    readonly configurable?: Readonly<Record<string, unknown>>;
    readonly [option: string]: unknown;
  };
}

/** What `assertNoLeak` saw. */
export interface LeakReport {
  /** Texts that were rejected and did not get out, each once. */
  readonly rejected: readonly string[];
  readonly streams: readonly AgentStream[];
}

/**
 * Runs an agent through invoke, every stream mode and streamEvents v2 and v3, and fails if any words of a rejected draft
 * reached the consumer. Each way is a run of its own: the agent's tools are really called.
 *
 * @throws AssertionError naming each stream and the words that got out, or saying that nothing was rejected: a model that
 * never drifts proves nothing
 * @example
 * await assertNoLeak(agent, { messages: [{ role: "user", content: "Write to the hotel." }] });
 */
export async function assertNoLeak(
  agent: RunnableAgent,
  input: unknown,
  options: AssertNoLeakOptions = {},
): Promise<LeakReport> {
  const { streams = agentStreams, config = {} } = options;
  const rejected = new Set<string>();
  const leaks: string[] = [];
  for (const stream of streams) {
    const answers = new ModelAnswers();
    const chunks = await received(agent, input, {
      stream,
      config: {
        ...config,
        callbacks: [...(config.callbacks ?? []), answers],
        configurable: { thread_id: randomUUID(), ...config.configurable },
      },
    });
    const hidden = options.rejected ?? answers.rejected;
    for (const text of hidden) rejected.add(text);
    const texts =
      options.rejected === undefined
        ? { rejected: hidden, accepted: answers.accepted, known: answers.known }
        : { rejected: hidden, accepted: [], known: [...answers.known, ...answers.accepted] };
    const words = leakedWords(textsOf(chunks), texts);
    if (words !== undefined) leaks.push(`  ${stream}: "${words}"`);
  }
  if (leaks.length > 0)
    throw new AssertionError({
      message: `Words of a rejected draft reached the consumer:\n${leaks.join("\n")}`,
    });
  if (rejected.size === 0) {
    throw new AssertionError({
      message:
        `No draft was rejected in ${streams.length} runs (${streams.join(", ")}), so nothing could leak. ` +
        "Have the model drift, for example with startCompletionsServer, or name the texts in `rejected`.",
    });
  }
  return { rejected: [...rejected], streams };
}

/** Every string by itself, and the pieces of each streamed text put together. */
function textsOf(chunks: readonly unknown[]): readonly string[] {
  const joined = new Map<string, string>();
  const single: string[] = [];
  for (const { text, place } of chunks.flatMap(stringsIn)) {
    single.push(text);
    joined.set(place, (joined.get(place) ?? "") + text);
  }
  return [...single, ...joined.values()];
}
