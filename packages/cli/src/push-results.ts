import { createReadStream } from "node:fs";
import { join } from "node:path";
import {
  linesOf,
  type PushTarget,
  parseVerdictRow,
  pushRequests,
  pushVerdicts,
  type VerdictRow,
} from "@persona-guard/replay";
import type { Said, Surroundings } from "./command.js";

export interface PushResultsOptions {
  readonly target: PushTarget;
  /** Say what would be sent, and send nothing. */
  readonly dryRun: boolean;
  readonly signal: Surroundings["signal"];
}

/** Sends the verdicts of a results folder to where their traces came from. */
export async function* pushResults(
  folder: string,
  { target, dryRun, signal }: PushResultsOptions,
): AsyncGenerator<Said> {
  const rows = rowsOf(join(folder, "verdicts.jsonl"));
  if (!dryRun) {
    const { sent, left } = await pushVerdicts(rows, target, { signal });
    yield { to: "stderr", text: `${sent} verdicts sent to ${target.title}.${leftText(left)}` };
    return;
  }
  let [wouldSend, left] = [0, 0];
  for await (const { request, verdicts } of pushRequests(rows, target)) {
    if (request === undefined) {
      left += verdicts;
      continue;
    }
    wouldSend += verdicts;
    yield { to: "stdout", text: JSON.stringify({ url: request.url, body: request.body }) };
  }
  yield { to: "stderr", text: `${wouldSend} verdicts would be sent to ${target.title}.${leftText(left)}` };
}

function leftText(left: number): string {
  return left === 0 ? "" : ` ${left} have no id there, or no score, and are left out.`;
}

async function* rowsOf(path: string): AsyncGenerator<VerdictRow> {
  for await (const { number, text } of linesOf(createReadStream(path)))
    yield parseVerdictRow(text, `${path}:${number}`);
}
