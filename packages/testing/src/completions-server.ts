import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { messageOf } from "@persona-guard/core";
import {
  type ChatMessage,
  type ChatRequest,
  type Completion,
  chatCompletionOf,
  type Refusal,
} from "./completion.js";
import { completionChunks } from "./completion-chunks.js";

export type ScriptedAnswer = Completion | Refusal;

/** Answers in the order of the requests, or a function of the request and its number from 1. */
export type Script =
  | readonly ScriptedAnswer[]
  | ((request: ChatRequest, turn: number) => ScriptedAnswer | Promise<ScriptedAnswer>);

export interface CompletionsServer {
  /** Base URL for `configuration.baseURL`, for example "http://127.0.0.1:40123/v1". */
  readonly url: string;
  /** The messages of every request so far that was answered from the script, in order. */
  readonly requests: readonly (readonly ChatMessage[])[];
  close(): Promise<void>;
}

/**
 * A local server that speaks the OpenAI chat-completions protocol, plain and streamed, and answers by a script.
 *
 * Like the real one it refuses, with 400, a history in which a tool call has no answer; past the last answer of the
 * script, and where the script throws, it answers 500 with the reason.
 *
 * @example
 * const server = await startCompletionsServer([{ status: 500 }, { content: "The refund is on its way." }]);
 * const model = new ChatOpenAI({ model: "any", apiKey: "none", configuration: { baseURL: server.url } });
 */
export async function startCompletionsServer(script: Script): Promise<CompletionsServer> {
  const requests: (readonly ChatMessage[])[] = [];
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => refuse(response, 500, messageOf(error)));
  });
  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const request: ChatRequest = JSON.parse(await bodyOf(incoming));
    const unanswered = unansweredCall(request.messages);
    if (unanswered !== undefined)
      return refuse(response, 400, `tool_call_id ${unanswered} has no response message`);
    const turn = requests.push(request.messages);
    const scripted = typeof script === "function" ? await script(request, turn) : script[turn - 1];
    if (scripted === undefined) throw new Error(`The script has no answer to request ${turn}.`);
    if (scripted.delayMs !== undefined) await setTimeout(scripted.delayMs);
    if ("status" in scripted) {
      const { status, message = "Scripted error.", retryAfterSeconds } = scripted;
      if (retryAfterSeconds !== undefined) response.setHeader("retry-after", retryAfterSeconds);
      return refuse(response, status, message);
    }
    const completion = chatCompletionOf(scripted, turn, request);
    if (request.stream !== true) return json(response, 200, completion);
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const chunk of completionChunks(completion)) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    response.end("data: [DONE]\n\n");
  };
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

function unansweredCall(messages: readonly ChatMessage[]): string | undefined {
  const answered = new Set(messages.map(({ tool_call_id: id }) => id));
  return messages.flatMap(({ tool_calls: calls }) => calls ?? []).find(({ id }) => !answered.has(id))?.id;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const type = status === 429 ? "rate_limit_error" : status < 500 ? "invalid_request_error" : "server_error";
  json(response, status, { error: { message, type } });
}

function json(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
