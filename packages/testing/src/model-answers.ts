import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import { stringsIn } from "./strings-in.js";

interface Asked {
  readonly answers: string[];
  /** What the run that asked the model gave to its own caller; undefined while it runs, empty if it failed. */
  passedOn?: readonly string[];
}

/**
 * Follows which answers of the models of a run went further, and which were thrown away: a text that a model wrote and that
 * is not in the output of the node, lambda or chain that asked for it was rejected there.
 */
export class ModelAnswers extends BaseCallbackHandler {
  readonly name = "ModelAnswers";
  readonly #asked = new Map<string, Asked>();
  readonly #known: string[] = [];

  constructor() {
    super({ _awaitHandler: true });
  }

  /** Texts that models wrote and nobody passed on. */
  get rejected(): readonly string[] {
    return [...this.#asked.values()].flatMap(({ answers, passedOn = [] }) =>
      answers.filter((answer) => !passedOn.some((text) => text.includes(answer))),
    );
  }

  /** What was passed on of what models wrote, and all else in it. */
  get accepted(): readonly string[] {
    return [...this.#asked.values()].flatMap(({ passedOn = [] }) => passedOn);
  }

  /** What models were first asked: system prompt, history, tool results. */
  get known(): readonly string[] {
    return this.#known;
  }

  override handleChatModelStart(
    _model: unknown,
    messages: readonly (readonly BaseMessage[])[],
    runId: string,
    parentRunId?: string,
  ): void {
    const asker = parentRunId ?? runId;
    if (this.#asked.has(asker)) return; // asked again: the request may quote what was rejected
    this.#asked.set(asker, { answers: [] });
    this.#known.push(...textsOf(messages));
  }

  override handleLLMEnd({ generations }: LLMResult, runId: string, parentRunId?: string): void {
    const asked = this.#asked.get(parentRunId ?? runId);
    const generation = generations[0]?.[0];
    const message = generation !== undefined && "message" in generation ? generation.message : undefined;
    if (asked === undefined || !AIMessage.isInstance(message)) return;
    const texts = answerTexts(message);
    asked.answers.push(...texts);
    if (parentRunId === undefined) asked.passedOn = texts; // a model by itself: its caller gets the answer
  }

  override handleChainEnd(output: unknown, runId: string): void {
    const asked = this.#asked.get(runId);
    if (asked !== undefined) asked.passedOn = textsOf(output);
  }
}

/** The reply and every string among the arguments; a reply in JSON is taken apart, as its reader does. */
function answerTexts({ text, tool_calls: calls = [] }: AIMessage): readonly string[] {
  return [...textsOf(jsonIn(text) ?? text), ...calls.flatMap(({ args }) => textsOf(args))].filter((one) =>
    /\p{L}/u.test(one),
  );
}

function jsonIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? value : undefined;
  } catch {
    return undefined; // prose
  }
}

function textsOf(value: unknown): readonly string[] {
  return stringsIn(value).flatMap(({ text }) => [
    text,
    ...(jsonIn(text) === undefined ? [] : textsOf(jsonIn(text))),
  ]);
}
