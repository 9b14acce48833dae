import { ChatOpenAI } from "@langchain/openai";
import type { CompletionsServer } from "../src/index.js";

/** A chat model whose answers are those that the server was given. */
export function scriptedModel({ url }: Pick<CompletionsServer, "url">): ChatOpenAI {
  return new ChatOpenAI({
    model: "scripted",
    apiKey: "none",
    maxRetries: 0,
    configuration: { baseURL: url },
  });
}
