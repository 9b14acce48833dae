export { PersonaDriftCallbackHandler, type PersonaDriftCallbackHandlerOptions } from "./callback-handler.js";
export { describeDrift } from "./describe-drift.js";
export type { EventLogOptions } from "./event-log.js";
export { type GuardableModel, type GuardedModel, guardModel } from "./guard-model.js";
export { type GuardableTool, guardTool } from "./guard-tool.js";
export { guardTools } from "./guard-tools.js";
export type { PersonaDrift, PersonaLiveEvent, PersonaRetract } from "./live-event.js";
export { personaGuardMiddleware } from "./middleware.js";
export { ModelTurnHandler } from "./model-turn-handler.js";
export type { ModelTurn } from "./model-turns.js";
export type {
  GuardSource,
  MiddlewareOptions,
  PersonaChoice,
  PersonaGuardMiddlewareOptions,
  PersonaGuardOverrides,
} from "./options.js";
export type { GuardOptions } from "./outside.js";
export type { DriftAction, DriftPolicy, FinalAction, OnDrift, ToolPolicies, ToolPolicy } from "./policy.js";
export { stepOfMessage } from "./step-of-message.js";
export type { PersonaGuardMetadata } from "./verdict-metadata.js";
