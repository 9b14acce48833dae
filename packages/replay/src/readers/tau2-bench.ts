import { stepsOfChat } from "../chat-messages.js";
import { nameIn } from "../field-values.js";
import { faultAt, isObject, type TraceReader } from "../trace.js";

/** Result files of tau2-bench: `simulations`, each with `task_id`, `trial` and the messages, in which the user may call tools too. */
export const tau2Bench: TraceReader = {
  name: "tau2-bench",
  marks: [
    { field: "task_id", isIn: ({ task_id }) => task_id !== undefined },
    { field: "termination_reason", isIn: (simulation) => simulation.termination_reason !== undefined },
    { field: "messages (array)", isIn: ({ messages }) => Array.isArray(messages) },
  ],
  async *read(records, intake) {
    for await (const record of records) {
      const { place, value, envelope } = record;
      if (!isObject(value) || value.task_id === undefined || !Array.isArray(value.messages)) {
        yield faultAt(
          place,
          "task_id, messages: not a simulation of tau2-bench, which has both. Record skipped.",
        );
        continue;
      }
      // Tasks are the same in every result file, so the file is part of the session's name.
      const session = `${place.file}#task-${value.task_id}/trial-${value.trial ?? 0}`;
      const agent = isObject(envelope?.info) ? envelope.info.agent_info : undefined;
      const model = nameIn(agent, ["llm"]);
      yield* stepsOfChat(record, value.messages, { session, path: "messages", model, intake });
    }
  },
};
