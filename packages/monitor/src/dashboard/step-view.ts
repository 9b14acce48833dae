import type { StepView } from "./api.js";
import type { History, PlacedStep } from "./history.js";

/** Drafts of a step that are shown; a guard asks for at most ten. */
const mostDrafts = 12;

/** A step whole, with its other drafts and its neighbours in the session; undefined if the log does not hold it any more. */
export async function stepView(history: History, id: string): Promise<Omit<StepView, "label"> | undefined> {
  const [known] = await history.query<{ session: string; index: number }>(
    `SELECT session, step_index AS "index" FROM steps WHERE id = $id LIMIT 1`,
    { id },
  );
  if (known === undefined) return undefined;
  const { session, index } = known;
  const [drafts, [around]] = await Promise.all([
    history.query<PlacedStep>(
      `SELECT id, place FROM steps WHERE session = $session AND step_index = $index ORDER BY seq LIMIT ${mostDrafts}`,
      { session, index },
    ),
    history.query<Pick<StepView, "previous" | "next">>(
      `SELECT arg_max(id, seq) FILTER (step_index < $index) AS previous, arg_min(id, seq) FILTER (step_index > $index) AS next
       FROM steps WHERE session = $session`,
      { session, index },
    ),
  ]);
  const events = await history.eventsAt(drafts);
  const event = events.find((one) => one.id === id);
  if (event === undefined) return undefined;
  return { event, drafts: events, previous: around?.previous ?? null, next: around?.next ?? null };
}
