import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server answers to one request. */
export interface Completion {
  readonly content?: string;
  /** Arguments given as a text are sent as they are, valid JSON or not. */
  readonly toolCalls?: readonly {
    readonly name: string;
    readonly args: Readonly<Record<string, unknown>> | string;
  }[];
}

export interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly { readonly id: string }[];
  readonly tool_call_id?: string;
}

export interface CompletionsServer {
  /** Base URL for `configuration.baseURL`, for example "http://127.0.0.1:40123/v1". */
  readonly url: string;
  /** The messages of every request so far, in order. */
  readonly requests: readonly (readonly ChatMessage[])[];
  close(): Promise<void>;
}

/**
 * A local server that speaks the OpenAI chat-completions protocol (plain and streamed) and plays completions in order.
 * Like the real one it refuses, with 400, a history in which a tool call has no answer; past the last completion it
 * answers 500.
 */
export async function startCompletionsServer(completions: readonly Completion[]): Promise<CompletionsServer> {
  const requests: (readonly ChatMessage[])[] = [];
  const server = createServer(async (request, response) => {
    const body: { messages: ChatMessage[]; model: string; stream?: boolean } = JSON.parse(
      await bodyOf(request),
    );
    const unanswered = unansweredCall(body.messages);
    if (unanswered !== undefined) {
      return refuse(response, 400, `tool_call_id ${unanswered} has no response message`);
    }
    const turn = requests.push(body.messages) - 1;
    const completion = completions[turn];
    if (completion === undefined)
      return refuse(response, 500, `No completion is recorded for request ${turn + 1}.`);
    const answer = answerOf(completion, turn, body);
    if (body.stream === true) stream(response, answer);
    else json(response, 200, answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Answer = ReturnType<typeof answerOf>;

function answerOf(
  completion: Completion,
  turn: number,
  { messages, model }: { messages: readonly ChatMessage[]; model: string },
) {
  const toolCalls = completion.toolCalls?.map(({ name, args }, index) => ({
    id: `call_${turn + 1}_${index + 1}`,
    type: "function",
    function: { name, arguments: typeof args === "string" ? args : JSON.stringify(args) },
  }));
  const promptTokens = tokensIn(JSON.stringify(messages));
  const completionTokens = tokensIn(JSON.stringify(completion));
  return {
    id: `chatcmpl-${turn + 1}`,
    object: "chat.completion",
    created: 0,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: completion.content ?? null,
          ...(toolCalls === undefined ? {} : { tool_calls: toolCalls }),
        },
        finish_reason: toolCalls === undefined ? "stop" : "tool_calls",
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
function tokensIn(text: string): number {
  return Math.ceil(text.length / 4);
}

function stream(response: ServerResponse, answer: Answer): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const head = { id: answer.id, object: "chat.completion.chunk", created: 0, model: answer.model };
  const send = (delta: object, finish: string | null) =>
    response.write(
      `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    );
  const choice = answer.choices[0];
  send({ role: "assistant", content: "" }, null);
  for (const word of choice?.message.content?.match(/\S+\s*/g) ?? []) send({ content: word }, null);
  for (const [index, call] of (choice?.message.tool_calls ?? []).entries())
    send({ tool_calls: [{ index, ...call }] }, null);
  send({}, choice?.finish_reason ?? "stop");
  response.write(`data: ${JSON.stringify({ ...head, choices: [], usage: answer.usage })}\n\n`);
  response.end("data: [DONE]\n\n");
}

function unansweredCall(messages: readonly ChatMessage[]): string | undefined {
  const answered = new Set(messages.map(({ tool_call_id: id }) => id));
  return messages.flatMap(({ tool_calls: calls }) => calls ?? []).find(({ id }) => !answered.has(id))?.id;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  json(response, status, { error: { message, type: "invalid_request_error" } });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
