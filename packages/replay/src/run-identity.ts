import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import type { Trace } from "./find-traces.js";

/** Bytes hashed at each end of a trace file: a file that grew or was replaced shows, and 2 GB are not read twice for it. */
const endBytes = 64 * 1024;

/** All that decides the verdicts of a run, by name: two runs with equal identities judge alike. */
export type RunIdentity = Readonly<Record<string, string>>;

/** @param settings what decides the verdicts beside the traces, by the names a user knows; undefined for what was not set */
export async function runIdentity(
  traces: readonly Trace[],
  settings: Readonly<Record<string, unknown>>,
): Promise<RunIdentity> {
  const named = Object.entries(settings).map(([name, value]) => [name, JSON.stringify(value ?? null)]);
  const files = await Promise.all(
    traces.map(async ({ file, reader }) => [
      `trace ${file.name}`,
      `${file.bytes} bytes, ${reader.name}, ${await hashOfEnds(file.path, file.bytes)}`,
    ]),
  );
  return Object.fromEntries([
    ...named,
    ...files,
    ["order of traces", hashOf(traces.map(({ file }) => file.name).join("\n"))],
  ]);
}

/** What the two differ in, for a person to read; undefined if in nothing. */
export function differenceBetween(then: RunIdentity, now: RunIdentity): string | undefined {
  for (const name of new Set([...Object.keys(then), ...Object.keys(now)])) {
    const [before, after] = [then[name], now[name]];
    if (before === after) continue;
    if (before === undefined) return `${name} is new`;
    if (after === undefined) return `${name} is missing`;
    return name.startsWith("trace ")
      ? `${name} has changed (${before}, now ${after})`
      : `its ${name} was ${before}, now it is ${after}`;
  }
  return undefined;
}

export function hashOf(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

async function hashOfEnds(path: string, bytes: number): Promise<string> {
  const file = await open(path);
  try {
    const ends = Buffer.alloc(2 * endBytes);
    const head = await file.read(ends, 0, endBytes, 0);
    const tail = await file.read(ends, head.bytesRead, endBytes, Math.max(0, bytes - endBytes));
    return hashOf(ends.subarray(0, head.bytesRead + tail.bytesRead));
  } finally {
    await file.close();
  }
}
