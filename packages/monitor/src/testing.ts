import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DriftEvent, parseDriftEvent } from "@persona-guard/core";
import type { FoundLine } from "./event-lines.js";

/** An event as the middleware would make it, with these fields changed. */
export function sampleEvent(fields: Partial<DriftEvent> = {}): DriftEvent {
  return parseDriftEvent({
    schema: "persona-guard/drift-event/1",
    event: fields.outcome === "drifted" ? "drift-detected" : "step-judged",
    id: "event-1",
    at: "2026-03-02T10:00:00.000Z",
    persona: { name: "desk", version: "1" },
    classifier: "lexical",
    session: "session-1",
    step: "step-1",
    index: 0,
    attempt: 1,
    outcome: "in-persona",
    action: "none",
    confidence: 0.9,
    utterances: [],
    sessionEValue: 1,
    sessionAlarm: false,
    scoringMs: 2,
    ...fields,
  });
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "persona-guard-monitor-"));
}

/** A process of its own that runs this module text; the built package is imported as `monitor`, `sampleEvent` is there. */
export function childRunning(
  script: string,
  { shell = "" }: { /** Commands before it. */ readonly shell?: string } = {},
) {
  const built = (name: string) => JSON.stringify(new URL(`../dist/${name}.js`, import.meta.url));
  const module = `import * as monitor from ${built("index")}; import { sampleEvent } from ${built("testing")}; import { writeSync } from "node:fs";\n${script}`;
  const command = `${shell} exec "$0" --input-type=module -e "$1"`;
  return spawn("/bin/sh", ["-c", command, process.execPath, module], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

export async function allOf(lines: AsyncIterable<FoundLine>) {
  const events: DriftEvent[] = [];
  const faults: string[] = [];
  let others = 0;
  for await (const line of lines) {
    if (line.found === "event") events.push(line.event);
    else if (line.found === "unreadable") faults.push(line.message);
    else others += 1;
  }
  return { events, faults, others };
}
