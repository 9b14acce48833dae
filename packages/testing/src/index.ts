export type { ChatMessage, ChatRequest, Completion, Refusal, ScriptedCall } from "./completion.js";
export {
  type CompletionsServer,
  type Script,
  type ScriptedAnswer,
  startCompletionsServer,
} from "./completions-server.js";
