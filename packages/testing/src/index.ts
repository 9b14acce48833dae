export { type AgentStream, agentStreams, type RunnableAgent } from "./agent-streams.js";
export { type AssertNoLeakOptions, assertNoLeak, type LeakReport } from "./assert-no-leak.js";
export type { ChatMessage, ChatRequest, Completion, Refusal, ScriptedCall } from "./completion.js";
export {
  type CompletionsServer,
  type Script,
  type ScriptedAnswer,
  startCompletionsServer,
} from "./completions-server.js";
export {
  type GuardOrPersona,
  type PersonaMatchers,
  type ToBeInPersonaOptions,
  toBeInPersona,
} from "./to-be-in-persona.js";
export { type RecordedSteps, TraceRecorder } from "./trace-recorder.js";
