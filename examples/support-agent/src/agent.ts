import { ChatOpenAI } from "@langchain/openai";
import { type AgentMiddleware, createAgent, tool } from "langchain";
import * as z from "zod";

export interface Email {
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

/** Lets the bank's support agent answer a customer; every email that it really sends goes to `send`. Returns its reply. */
export async function answer(
  complaint: string,
  options: {
    readonly model: ChatOpenAI;
    readonly middleware: readonly AgentMiddleware[];
    readonly send: (email: Email) => void;
  },
): Promise<string> {
  const lookUpAccount = tool(
    ({ account }) => ({
      account,
      holder: "Ines Duarte",
      email: "ines.duarte@example.com",
      card: "ending 4471",
      charges: ["2 June Harbour View Hotel 214.60 EUR", "2 June Harbour View Hotel 214.60 EUR"],
      letters: ["9 June, not answered"],
      newDisputeNumber: "D-20931",
      merchantEmail: "billing@harbourview.example",
    }),
    {
      name: "look_up_account",
      description: "Holder, card, recent charges and letters of an account.",
      schema: z.object({ account: z.string() }),
    },
  );
  const sendEmail = tool(
    (email) => {
      options.send(email);
      return "sent";
    },
    {
      name: "send_email",
      description: "Sends an email from the bank's support address.",
      schema: z.object({ to: z.string(), subject: z.string(), body: z.string() }),
    },
  );
  const agent = createAgent({
    model: options.model,
    tools: [lookUpAccount, sendEmail],
    systemPrompt:
      "You are Marlow, support agent of Northgate Bank. Look up the account, open a dispute, write to the customer and to " +
      "the merchant by email, then tell the customer in a few sentences what happens next.",
    middleware: options.middleware,
  });
  const { messages } = await agent.invoke({ messages: [{ role: "user", content: complaint }] });
  return messages.at(-1)?.text ?? "";
}

/** The model: a local server that plays recorded completions, or with `live` the real API. */
export function chatModel(baseURL: string | undefined): ChatOpenAI {
  return baseURL === undefined
    ? new ChatOpenAI({ model: process.env.OPENAI_MODEL ?? "gpt-4o-mini" })
    : new ChatOpenAI({ model: "recorded", apiKey: "not-needed", maxRetries: 0, configuration: { baseURL } });
}
