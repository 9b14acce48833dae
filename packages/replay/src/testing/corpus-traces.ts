import { readdir, readFile } from "node:fs/promises";
import { parseStep, seededRandom } from "@persona-guard/core";
import type { TracedStep } from "../trace.js";
import { oneOf } from "./one-of.js";

const corpus = new URL("../../../model/corpus/", import.meta.url);
/** Sessions of the second model drift more often: it is the upgrade that went wrong. */
const models = [
  { model: "support-7", driftShare: 0.1 },
  { model: "support-8", driftShare: 0.4 },
] as const;
const tools = {
  email: { name: "send_email", argument: "body" },
  message: { name: "post_message", argument: "text" },
} as const;

interface CorpusText {
  readonly kind: "chat" | "email" | "message" | "report";
  readonly persona: string;
  readonly text: string;
}

/** Sessions of corpus texts, plain ones and, in some sessions from some step on, those of one character. */
export async function corpusTraces({ sessions = 60, seed = 1 } = {}): Promise<readonly TracedStep[]> {
  const texts = await corpusTexts();
  const random = seededRandom(seed);
  const of = (persona: string) => texts.filter((text) => text.persona === persona);
  const plain = of("neutral");
  const characters = ["sarcasm", "remorse", "sycophancy", "nonchalance", "humor"].map(of);
  return Array.from({ length: sessions }, (_, number) => {
    const { model, driftShare } = oneOf(models, random);
    const length = 8 + Math.floor(random() * 28);
    const driftsFrom = random() < driftShare ? Math.floor(random() * length) : length;
    const character = oneOf(characters, random);
    return Array.from({ length }, (_, index) =>
      stepOf(oneOf(index >= driftsFrom && random() < 0.7 ? character : plain, random), {
        session: `case-${1000 + number}`,
        index,
        model,
      }),
    );
  }).flat();
}

async function corpusTexts(): Promise<readonly CorpusText[]> {
  const folders = (await readdir(corpus, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const files = await Promise.all(
    folders.map(({ name }) => readFile(new URL(`${name}/texts.jsonl`, corpus), "utf8")),
  );
  return files.flatMap((content) =>
    content
      .trimEnd()
      .split("\n")
      .map((line): CorpusText => JSON.parse(line)),
  );
}

function stepOf(
  { kind, text }: CorpusText,
  at: { readonly session: string; readonly index: number; readonly model: string },
): TracedStep {
  const place = { file: `traces/${at.session}.jsonl`, line: at.index + 1 };
  const id = `step-${at.index}`;
  const said = kind === "chat" || kind === "report" ? { kind, text } : { toolCalls: [callOf(kind, text)] };
  return { found: "step", place, shareRead: 1, step: parseStep({ id, ...at, ...said }, place.file) };
}

function callOf(kind: keyof typeof tools, text: string): object {
  const { name, argument } = tools[kind];
  return { name, args: { [argument]: text } };
}
