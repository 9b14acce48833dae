import { randomUUID } from "node:crypto";
import type { Notice } from "./alert.js";

/** What "persona-guard alerts test" sends. */
export function testNotice(now: number): Notice {
  const at = new Date(now).toISOString();
  return {
    schema: "persona-guard/alert/1",
    id: randomUUID(),
    at,
    rule: "test",
    condition: "session-alarm",
    severity: "info",
    alerts: [
      {
        key: "test",
        status: "firing",
        at,
        title: "This is a test of persona-guard's alerts: nothing has drifted",
        details: { persona: "test", session: "test", step: 0 },
        evidence: ["A sentence that drifted would be quoted here."],
        count: 1,
      },
    ],
    omitted: 0,
    test: true,
  };
}
