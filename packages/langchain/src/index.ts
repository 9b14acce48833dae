export { PersonaDriftCallbackHandler, type PersonaDriftCallbackHandlerOptions } from "./callback-handler.js";
export { describeDrift } from "./describe-drift.js";
export type { EventLogOptions } from "./event-log.js";
export type { PersonaDrift, PersonaLiveEvent, PersonaRetract } from "./live-event.js";
export { personaGuardMiddleware } from "./middleware.js";
export type {
  GuardSource,
  MiddlewareOptions,
  PersonaChoice,
  PersonaGuardMiddlewareOptions,
  PersonaGuardOverrides,
} from "./options.js";
export type { DriftAction, DriftPolicy, FinalAction, OnDrift, ToolPolicies, ToolPolicy } from "./policy.js";
export type { PersonaGuardMetadata } from "./verdict-metadata.js";
