import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { loadGuard } from "@persona-guard/classifier";
import { personaGuardMiddleware } from "@persona-guard/langchain";
import { createAgent } from "langchain";
import { pino } from "pino";
import { SlowModel, wordsOf } from "./slow-model.js";

const msPerWord = 8;
const rounds = 30;
const draft =
  "Oh, congratulations on a truly innovative business model: one night, two payments. What a delightful surprise for our customer, obviously nobody could have guessed that a till might work. Do take your time, it is only her money.";
const answer =
  "We have opened a dispute for the second charge. The amount will be credited to the account within a few working days, and the hotel has been informed of it. Nothing further is needed from the customer.";
/** The one word that tells a leak: it is in the draft alone. */
const telling = "delightful";

const guards = ["none", "passthrough", "buffer"] as const;
const streams = ["messages", "streamEvents v2", "streamEvents v3"] as const;
const cases = [
  { draft: "in persona", replies: [answer] },
  { draft: "drifts, then in persona", replies: [draft, answer] },
] as const;

const guard = await loadGuard({ persona: { name: "desk", avoids: ["sarcasm"] } });
const rows = [];
for (const { draft, replies } of cases)
  for (const stream of streams)
    for (const streaming of guards) rows.push(await measured(draft, replies, stream, streaming));
await guard.close();

console.table(rows);
const machine = { node: process.version, cpu: cpus()[0]?.model, cores: availableParallelism() };
const results = fileURLToPath(new URL("../results", import.meta.url));
mkdirSync(results, { recursive: true });
writeFileSync(
  `${results}/streaming.json`,
  `${JSON.stringify({ machine, msPerWord, rounds, words: { draft: wordsOf(draft).length, answer: wordsOf(answer).length }, rows }, null, 2)}\n`,
);

async function measured(
  draft: string,
  replies: readonly string[],
  stream: (typeof streams)[number],
  streaming: (typeof guards)[number],
) {
  const firsts: number[] = [];
  const totals: number[] = [];
  let leaks = 0;
  for (let round = 0; round < rounds; round++) {
    const middleware =
      streaming === "none"
        ? []
        : [personaGuardMiddleware({ guard, streaming, logger: pino({ level: "silent" }) })];
    const agent = createAgent({ model: new SlowModel(replies, msPerWord), tools: [], middleware });
    const start = performance.now();
    let first: number | undefined;
    let shown = "";
    for await (const text of textsOf(agent, stream)) {
      if (text !== "") first ??= performance.now() - start;
      shown += text;
    }
    totals.push(performance.now() - start);
    firsts.push(first ?? Number.NaN);
    if (shown.includes(telling)) leaks++;
    const isWhole = shown.endsWith(streaming === "none" ? (replies[0] ?? "") : answer);
    if (!isWhole) throw new Error(`${stream}, ${streaming}: the reader got "${shown}".`);
  }
  return {
    draft,
    stream,
    streaming,
    firstWordMs: median(firsts),
    doneMs: median(totals),
    leaks: `${leaks}/${rounds}`,
  };
}

async function* textsOf(
  agent: ReturnType<typeof createAgent>,
  stream: (typeof streams)[number],
): AsyncGenerator<string> {
  const input = { messages: [{ role: "user" as const, content: "What now?" }] };
  if (stream === "messages") {
    for await (const [message] of await agent.stream(input, { streamMode: "messages" })) yield message.text;
  } else if (stream === "streamEvents v2") {
    for await (const { event, data } of agent.streamEvents(input, { version: "v2" }))
      if (event === "on_chat_model_stream") yield data.chunk.text;
  } else {
    const run = await agent.streamEvents(input, { version: "v3" });
    for await (const message of run.messages) for await (const text of message.text) yield text;
  }
}

function median(values: readonly number[]): number {
  return Math.round(values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN);
}
