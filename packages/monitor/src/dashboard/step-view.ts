import type { DriftEvent } from "@persona-guard/core";
import type { StepView } from "./api.js";
import type { History } from "./history.js";

/** Drafts of a step that are shown; a guard asks for at most ten. */
const mostDrafts = 12;

/** A step whole, with its other drafts and its neighbours in the session; undefined if the log does not hold it any more. */
export async function stepView(history: History, id: string): Promise<Omit<StepView, "label"> | undefined> {
  const event = await history.event(id);
  if (event === undefined) return undefined;
  const { session, index } = event;
  const [drafts, [around]] = await Promise.all([
    history.query<{ id: string }>(
      `SELECT id FROM steps WHERE session = $session AND step_index = $index ORDER BY seq LIMIT ${mostDrafts}`,
      { session, index },
    ),
    history.query<Pick<StepView, "previous" | "next">>(
      `SELECT arg_max(id, seq) FILTER (step_index < $index) AS previous, arg_min(id, seq) FILTER (step_index > $index) AS next
       FROM steps WHERE session = $session`,
      { session, index },
    ),
  ]);
  const events = await Promise.all(drafts.map((draft) => history.event(draft.id)));
  return {
    event,
    drafts: events.filter((one): one is DriftEvent => one !== undefined),
    previous: around?.previous ?? null,
    next: around?.next ?? null,
  };
}
