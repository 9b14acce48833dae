import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
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

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * A real HTTP server that remembers what it was sent.
 *
 * @param answers a status for each request in turn, the last one for all further; "never" leaves it without an answer
 */
export async function receiver(
  answers: readonly (number | "never")[] = [200],
  headers: Readonly<Record<string, string>> = {},
) {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = answers[Math.min(received.length, answers.length - 1)] ?? 200;
    received.push({
      path: request.url ?? "",
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    });
    server.emit("received");
    if (answer !== "never") response.writeHead(answer, headers).end("ok");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // an object, because the server listens on TCP
    received,
    /** Resolves as soon as so many requests have come. */
    async count(requests: number): Promise<void> {
      while (received.length < requests) await once(server, "received");
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
