/** A message of the OpenAI chat-completions protocol, as far as the server reads it. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly { readonly id: string }[];
  readonly tool_call_id?: string;
}

/** What the client sent; of the fields only those that a script may want to look at. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly stream?: boolean;
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
  readonly response_format?: { readonly type: string };
}

/** A turn of the model. */
export interface Completion {
  readonly content?: string;
  readonly toolCalls?: readonly ScriptedCall[];
  /** Tokens that the provider counts; about a quarter of the characters if not given. */
  readonly usage?: { readonly promptTokens: number; readonly completionTokens: number };
  /** Wait before the first byte, in milliseconds. @default 0 */
  readonly delayMs?: number;
}

export interface ScriptedCall {
  readonly name: string;
  /** A text is sent as it is: `'{"to": '` for arguments that are no JSON. */
  readonly args: Readonly<Record<string, unknown>> | string;
  /** @default "call_<turn>_<position>" */
  readonly id?: string;
}

/** A request that the provider turns down. */
export interface Refusal {
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** @default "Scripted error." */
  readonly message?: string;
  /** Sent as the header "retry-after", without which LangChain takes a 429 as final. */
  readonly retryAfterSeconds?: number;
  /** Wait before the answer, in milliseconds. @default 0 */
  readonly delayMs?: number;
}

/** The protocol's answer to one request, not streamed. */
export type ChatCompletion = ReturnType<typeof chatCompletionOf>;

/** @param turn of the request on its server, from 1 */
export function chatCompletionOf(
  { content, toolCalls, usage }: Completion,
  turn: number,
  { messages, model }: ChatRequest,
) {
  const calls = toolCalls?.map(({ id, name, args }, index) => ({
    id: id ?? `call_${turn}_${index + 1}`,
    type: "function",
    function: { name, arguments: typeof args === "string" ? args : JSON.stringify(args) },
  }));
  const promptTokens = usage?.promptTokens ?? tokensIn(messages);
  const completionTokens = usage?.completionTokens ?? tokensIn({ content, toolCalls });
  return {
    id: `chatcmpl-${turn}`,
    object: "chat.completion",
    created: 0,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: content ?? null,
          ...(calls === undefined ? {} : { tool_calls: calls }),
        },
        finish_reason: calls === undefined ? "stop" : "tool_calls",
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
}

/** About four characters are one token: only the order of magnitude matters here. */
function tokensIn(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / 4);
}
