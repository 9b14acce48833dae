import type { BaseLanguageModelInput, LanguageModelOutput } from "@langchain/core/language_models/base";
import type { BaseChatModel, BindToolsInput } from "@langchain/core/language_models/chat_models";
import {
  AIMessage,
  type AIMessageChunk,
  type BaseMessage,
  coerceMessageLikeToMessage,
  HumanMessage,
  ToolMessage,
} from "@langchain/core/messages";
import { OutputParserException } from "@langchain/core/output_parsers";
import {
  Runnable,
  type RunnableConfig,
  type RunnableInterface,
  RunnableLambda,
} from "@langchain/core/runnables";
import type { InteropZodType } from "@langchain/core/utils/types";
import { PersonaGuardError } from "@persona-guard/core";
import { copyOf, type Draft } from "./draft.js";
import { guardedTurn } from "./guarded-turn.js";
import { type GuardOptions, type NodeConfig, outside } from "./outside.js";
import { canWithhold } from "./policy.js";
import { quietConfig } from "./quiet.js";
import { turnsIn } from "./session-of.js";
import { chunkOf, show } from "./shown.js";

/** A chat model, bare or bound to tools or options. */
export type GuardableModel = RunnableInterface<BaseLanguageModelInput, LanguageModelOutput> &
  Partial<Pick<BaseChatModel, "bindTools" | "withStructuredOutput">>;

type Ask = (messages: BaseMessage[], config: RunnableConfig) => Promise<Draft | undefined>;

/**
 * The model under a guard, for a node of a `StateGraph` or a step of a chain: what drifts is written again before anyone sees it, as
 * by the middleware. A stream gives the accepted answer in one piece.
 *
 * A session is the thread of the run; without one, each answer is a session of its own.
 *
 * @throws PersonaGuardError "options-invalid"; with the first answer also what `loadGuard` throws
 * @example
 * const model = guardModel(new ChatOpenAI({ model: "gpt-4o" }), { persona: "./persona.yaml" }).bindTools(tools);
 * graph.addNode("agent", async ({ messages }) => ({ messages: [await model.invoke(messages)] }));
 * @example
 * const chain = prompt.pipe(guardModel(model, { persona: "./persona.yaml" })).pipe(new StringOutputParser());
 */
export function guardModel<Context = unknown>(
  model: GuardableModel,
  options: GuardOptions<Context>,
): GuardedModel {
  return new GuardedModel(model, outside(options));
}

export class GuardedModel extends Runnable<BaseLanguageModelInput, AIMessage> {
  override lc_namespace = ["persona_guard", "model"];
  readonly #model: GuardableModel;
  readonly #standingIn: ReturnType<typeof outside>;
  readonly #turn: Runnable<BaseLanguageModelInput, Draft>;

  constructor(model: GuardableModel, standingIn: ReturnType<typeof outside>) {
    super({});
    this.#model = model;
    this.#standingIn = standingIn;
    this.#turn = this.#guarded(async (messages, config) => {
      const reply = await model.invoke(messages, config);
      return AIMessage.isInstance(reply) ? { message: reply, messages: [reply] } : undefined;
    });
  }

  async invoke(input: BaseLanguageModelInput, config?: Partial<RunnableConfig>): Promise<AIMessage> {
    return (await this.#turn.invoke(input, config)).message;
  }

  /** One chunk: what is not judged yet is not streamed. */
  override async *_streamIterator(
    input: BaseLanguageModelInput,
    config?: Partial<RunnableConfig>,
  ): AsyncGenerator<AIMessageChunk> {
    yield chunkOf(await this.invoke(input, config));
  }

  bindTools(tools: BindToolsInput[], kwargs?: Record<string, unknown>): GuardedModel {
    if (this.#model.bindTools === undefined) throw cannot("bindTools");
    return new GuardedModel(this.#model.bindTools(tools, kwargs), this.#standingIn);
  }

  /**
   * As of a chat model, without `includeRaw`; the texts in the answer are judged.
   *
   * An answer of which something is blocked is no answer any more: the call throws PersonaGuardError "draft-withheld".
   */
  withStructuredOutput<Answer extends Record<string, unknown>>(
    schema: InteropZodType<Answer> | Record<string, unknown>,
    config: {
      readonly name?: string;
      readonly method?: "functionCalling" | "jsonMode" | "jsonSchema";
      readonly strict?: boolean;
    } = {},
  ): Runnable<BaseLanguageModelInput, Answer> {
    if (this.#model.withStructuredOutput === undefined) throw cannot("withStructuredOutput");
    const model = this.#model.withStructuredOutput(schema, { ...config, includeRaw: true });
    const turn = this.#guarded(async (messages, nodeConfig) =>
      answerIn(await model.invoke(messages, nodeConfig)),
    );
    return turn.pipe(({ structured }: Draft) => {
      if (structured !== undefined) return structured as Answer; // what LangChain parsed by the schema
      throw new PersonaGuardError(
        "draft-withheld",
        "The structured answer was withheld: it did not match the agent's persona.",
      );
    });
  }

  #guarded(ask: Ask): Runnable<BaseLanguageModelInput, Draft> {
    const turn = async (input: BaseLanguageModelInput, config: NodeConfig): Promise<Draft> => {
      const messages = messagesOf(input);
      const standing = await this.#standingIn(config, messages);
      const isHeldBack = canWithhold(standing.policy);
      const end = await guardedTurn({
        ...standing,
        index: turnsIn(messages),
        messages,
        call: (asked) => ask([...asked], isHeldBack ? quietConfig(config) : config),
        onJudged: ({ event }) => standing.tell(event),
      });
      if (end === undefined)
        throw new TypeError("guardModel needs a chat model: the answer was no AI message.");
      const { delivered } = end;
      const model = this.#model.getName();
      if (isHeldBack && delivered.structured === undefined)
        await show(delivered.message, { config, asked: messages, model });
      return delivered;
    };
    return RunnableLambda.from(turn).withConfig({ runName: "GuardedModel" });
  }
}

/** The structured answer and the message that gave it; the call that is its form counts as answered, and is not judged twice. */
function answerIn({
  raw,
  parsed,
}: {
  readonly raw: BaseMessage;
  readonly parsed: unknown;
}): Draft | undefined {
  if (!AIMessage.isInstance(raw)) return undefined;
  if (parsed === null || parsed === undefined)
    throw new OutputParserException("The answer does not fit the schema.", raw.text);
  const answers = (raw.tool_calls ?? []).map(
    ({ id, name }) => new ToolMessage({ tool_call_id: id ?? "", name, content: "Read." }),
  );
  const text = answers.length === 0 ? "" : raw.text; // without a call, the text is the answer itself
  return {
    message: copyOf(raw, { content: text, toolCalls: [] }),
    messages: [raw, ...answers],
    structured: parsed,
  };
}

function messagesOf(input: BaseLanguageModelInput): BaseMessage[] {
  if (typeof input === "string") return [new HumanMessage(input)];
  if (Array.isArray(input)) return input.map(coerceMessageLikeToMessage);
  return input.toChatMessages();
}

function cannot(method: string): PersonaGuardError {
  return new PersonaGuardError(
    "options-invalid",
    `The model given to guardModel has no ${method}; call it before guardModel.`,
  );
}
