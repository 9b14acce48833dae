import { createHash } from "node:crypto";
import type { SessionSample } from "./summary.js";
import type { TracedStep, TraceFault } from "./trace.js";

export interface DrawnSessions {
  readonly names: ReadonlySet<string>;
  readonly sample: SessionSample;
}

/**
 * Draws whole sessions at random, each as likely as any other: single steps would leave no session to judge, and steps of one
 * session go together. The same seed draws the same sessions, and of a larger sample the smaller one is a part.
 *
 * @param count >= 1
 */
export async function drawSessions(
  found: AsyncIterable<TracedStep | TraceFault>,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<DrawnSessions> {
  const sessions = new Set<string>();
  for await (const item of found) if (item.found === "step") sessions.add(item.step.session);
  const drawn = [...sessions]
    .map((name) => ({ name, lot: lotOf(name, seed) }))
    .sort((a, b) => (a.lot < b.lot ? -1 : 1))
    .slice(0, count);
  return {
    names: new Set(drawn.map(({ name }) => name)),
    sample: { sessions: drawn.length, of: sessions.size, seed },
  };
}

function lotOf(session: string, seed: number): string {
  return createHash("sha256").update(`${seed}\0${session}`).digest("hex");
}
