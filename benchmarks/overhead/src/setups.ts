import { tiers } from "@persona-guard/classifier";
import { definePersona } from "@persona-guard/core";
import { personaGuardMiddleware } from "@persona-guard/langchain";
import { type AgentMiddleware, createAgent, createMiddleware, tool } from "langchain";
import { pino } from "pino";
import * as z from "zod";
import { ScriptedModel } from "./scripted-model.js";

/** Steps of the model in one run of the agent: the email, and the reply. */
export const stepsPerRun = 2;

/** One way to build the agent. */
export interface Setup {
  readonly name: string;
  readonly middleware: readonly AgentMiddleware[];
}

const persona = definePersona({ name: "desk", avoids: ["sarcasm", "remorse"] });

/**
 * The agent without any middleware, with one that does nothing, with one that runs ONNX Runtime alone on each text in the
 * agent's own thread, and with the guard in each tier. The guard only logs: a redraft would time the model.
 *
 * @param forward ONNX Runtime on one text
 */
export function setupsWith(forward: (text: string) => Promise<void>): readonly Setup[] {
  const passes = createMiddleware({
    name: "Empty",
    wrapModelCall: (request, handler) => handler(request),
    wrapToolCall: (request, handler) => handler(request),
  });
  const forwards = createMiddleware({
    name: "OnnxRuntimeAlone",
    wrapModelCall: async (request, handler) => {
      const reply = await handler(request);
      await forward(request.messages[0]?.text ?? "");
      return reply;
    },
  });
  return [
    { name: "no middleware", middleware: [] },
    { name: "empty middleware", middleware: [passes] },
    { name: "onnxruntime-node alone", middleware: [forwards] },
    ...tiers.map((tier) => ({
      name: `guard, ${tier}`,
      middleware: [
        personaGuardMiddleware({ persona, tier, onDrift: "log", logger: pino({ level: "silent" }) }),
      ],
    })),
  ];
}

/** @param thinkingMs time that the model takes for an answer, in milliseconds */
export function agentOf({ middleware }: Setup, thinkingMs: number) {
  const sendEmail = tool(() => "sent", {
    name: "send_email",
    description: "Sends an email.",
    schema: z.object({ body: z.string() }),
  });
  const agent = createAgent({ model: new ScriptedModel(thinkingMs), tools: [sendEmail], middleware });
  return async (text: string, thread: string): Promise<void> => {
    const input = { messages: [{ role: "user" as const, content: text }] };
    const { messages } = await agent.invoke(input, { configurable: { thread_id: thread } });
    if (messages.at(-1)?.text !== text) throw new Error("The agent did not end with the scripted reply.");
  };
}
