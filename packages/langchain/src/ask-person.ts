import { getConfig, interrupt, isGraphBubbleUp } from "@langchain/langgraph";
import type { HITLRequest } from "langchain";
import * as z from "zod";
import { answerSchema, unreadableDecision } from "./decision.js";

/** Suspends the run until a person has decided; without a graph and its checkpointer that cannot be, and nobody is asked. */
export function askPerson(request: HITLRequest): unknown {
  if (getConfig()?.configurable?.__pregel_scratchpad === undefined) return undefined;
  try {
    return interrupt<HITLRequest, unknown>(request, { responseSchema: answerSchema });
  } catch (error) {
    if (error instanceof z.core.$ZodError)
      throw unreadableDecision(error, request.actionRequests[0]?.name ?? "a tool");
    if (isGraphBubbleUp(error) || !(error instanceof Error) || error.name !== "GraphValueError") throw error;
    return undefined;
  }
}
