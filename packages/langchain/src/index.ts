export { PersonaDriftCallbackHandler, type PersonaDriftCallbackHandlerOptions } from "./callback-handler.js";
export type { EventLogOptions } from "./event-log.js";
export {
  type DriftPolicy,
  type PersonaGuardMiddlewareOptions,
  personaGuardMiddleware,
} from "./middleware.js";
export { type ModelTurn, ModelTurns } from "./model-turns.js";
export type { GuardSource } from "./options.js";
export { stepOfMessage } from "./step-of-message.js";
