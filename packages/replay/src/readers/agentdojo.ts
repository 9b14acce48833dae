import { stepsOfChat } from "../chat-messages.js";
import { nameIn } from "../field-values.js";
import { faultAt, isObject, type TraceReader } from "../trace.js";

/** Run logs of AgentDojo and its derivatives: one run per file, its messages' text in `content[].content`, calls as `{function: NAME, args}`. */
export const agentDojo: TraceReader = {
  name: "agentdojo",
  marks: [
    { field: "suite_name", isIn: ({ suite_name }) => typeof suite_name === "string" },
    { field: "pipeline_name", isIn: ({ pipeline_name }) => typeof pipeline_name === "string" },
    { field: "messages (array)", isIn: ({ messages }) => Array.isArray(messages) },
  ],
  async *read(records, intake) {
    for await (const record of records) {
      const { place, value } = record;
      if (!isObject(value) || typeof value.suite_name !== "string" || !Array.isArray(value.messages)) {
        yield faultAt(place, "suite_name, messages: not a run of AgentDojo, which has both. Record skipped.");
        continue;
      }
      const model = nameIn(value, ["pipeline_name"]);
      // Names of runs return in other files, so the file is part of the session's name.
      const session = `${place.file}#${typeof value.run_id === "string" ? value.run_id : taskOf(value)}`;
      yield* stepsOfChat(record, value.messages, { session, path: "messages", model, intake });
    }
  },
};

/** The run's task, with its attack and injection if it has them. */
function taskOf(run: Readonly<Record<string, unknown>>): string {
  const parts = [run.suite_name, run.user_task_id, run.attack_type, run.injection_task_id];
  return parts.filter((part) => typeof part === "string").join("/");
}
