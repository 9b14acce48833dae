import { AIMessage, type BaseMessage, type MessageContent } from "@langchain/core/messages";

/** What the model made of one turn. */
export interface Draft {
  readonly message: AIMessage;
  /** Everything that the turn adds: the message, and with a tool-based structured answer also what answers its call. */
  readonly messages: readonly BaseMessage[];
  /** The structured answer, if it is one. */
  readonly structured?: unknown;
}

/** Whether a call is the form that a structured answer takes. */
export function isAnswerCall({ name }: { readonly name: string }): boolean {
  return name.startsWith("extract-");
}

/**
 * The draft in what a `createAgent` handler gave, which with a response format is `{ structuredResponse, messages }`.
 * Undefined for what is the framework's own business: a Command, or a structured answer that it asks for again itself.
 */
export function draftIn(reply: unknown, expectsStructure: boolean): Draft | undefined {
  if (AIMessage.isInstance(reply)) {
    const isRetried = expectsStructure && reply.tool_calls?.some(isAnswerCall);
    return isRetried ? undefined : { message: reply, messages: [reply] };
  }
  if (typeof reply !== "object" || reply === null || !("messages" in reply) || !Array.isArray(reply.messages))
    return undefined;
  const messages: readonly BaseMessage[] = reply.messages;
  const message = messages.find((one) => AIMessage.isInstance(one));
  if (message === undefined) return undefined;
  return {
    message,
    messages,
    ...("structuredResponse" in reply ? { structured: reply.structuredResponse } : {}),
  };
}

/** What a `createAgent` handler would have given for the draft. */
export function replyOf({ message, messages, structured }: Draft): AIMessage {
  if (structured === undefined) return message;
  // The declared type leaves out what the framework itself returns and takes for structured answers.
  return { structuredResponse: structured, messages: [...messages] } as unknown as AIMessage;
}

/** The draft with another message in the place of its own. */
export function withMessage(draft: Draft, message: AIMessage): Draft {
  return {
    ...draft,
    message,
    messages: draft.messages.map((one) => (one === draft.message ? message : one)),
  };
}

/** Where integrations keep a second copy of what the model wrote, and send it from there. */
const rawCopies = {
  kwargs: ["tool_calls", "function_call", "__raw_response"],
  metadata: ["output"],
} as const;

/**
 * A new message with some fields changed: what is set on an existing one may be lost in a checkpoint. With other content or
 * other calls it carries no provider's copy of the old ones.
 */
export function copyOf(
  message: AIMessage,
  changed: {
    readonly content?: MessageContent;
    readonly toolCalls?: AIMessage["tool_calls"];
    readonly metadata?: Readonly<Record<string, unknown>>;
    readonly id?: string;
  },
): AIMessage {
  const {
    content = message.content,
    toolCalls = message.tool_calls ?? [],
    metadata,
    id = message.id,
  } = changed;
  const isEdited = changed.content !== undefined || changed.toolCalls !== undefined;
  return new AIMessage({
    content,
    tool_calls: toolCalls,
    invalid_tool_calls: isEdited ? [] : (message.invalid_tool_calls ?? []),
    additional_kwargs: isEdited
      ? without(message.additional_kwargs, rawCopies.kwargs)
      : message.additional_kwargs,
    response_metadata: {
      ...(isEdited ? without(message.response_metadata, rawCopies.metadata) : message.response_metadata),
      ...metadata,
    },
    ...(id === undefined ? {} : { id }),
    ...(message.name === undefined ? {} : { name: message.name }),
    ...(message.usage_metadata === undefined ? {} : { usage_metadata: message.usage_metadata }),
  });
}

function without(
  record: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
