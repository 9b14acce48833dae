import { stepsOfChat } from "../chat-messages.js";
import { faultAt, isObject, type TraceReader } from "../trace.js";

/** Result files of tau-bench: an array of runs, each with `task_id`, `trial` and the messages in `traj`. */
export const tauBench: TraceReader = {
  name: "tau-bench",
  marks: [
    { field: "task_id", isIn: ({ task_id }) => isTaskId(task_id) },
    { field: "traj (array of messages)", isIn: ({ traj }) => Array.isArray(traj) },
  ],
  async *read(records, intake) {
    for await (const record of records) {
      const { place, value } = record;
      if (!isObject(value) || !isTaskId(value.task_id) || !Array.isArray(value.traj)) {
        yield faultAt(place, "task_id, traj: not a run of tau-bench, which has both. Record skipped.");
        continue;
      }
      // Task numbers begin at 0 in every result file, so the file is part of the session's name.
      const session = `${place.file}#task-${value.task_id}/trial-${value.trial ?? 0}`;
      yield* stepsOfChat(record, value.traj, { session, path: "traj", intake });
    }
  },
};

function isTaskId(value: unknown): value is string | number {
  return typeof value === "number" || (typeof value === "string" && value !== "");
}
