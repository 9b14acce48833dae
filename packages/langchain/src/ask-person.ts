import { getConfig, interrupt, isGraphBubbleUp } from "@langchain/langgraph";
import type { HITLRequest, HITLResponse } from "langchain";

/** Suspends the run until a person has decided; without a graph and its checkpointer that cannot be, and nobody is asked. */
export function askPerson(request: HITLRequest): HITLResponse | undefined {
  if (getConfig()?.configurable?.__pregel_scratchpad === undefined) return undefined;
  try {
    return interrupt<HITLRequest, HITLResponse>(request);
  } catch (error) {
    if (isGraphBubbleUp(error) || !(error instanceof Error) || error.name !== "GraphValueError") throw error;
    return undefined;
  }
}
