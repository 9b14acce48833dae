import type { PersonaGuard } from "@persona-guard/core";
import {
  hasCheckpoint,
  ResultsWriter,
  type RunIdentity,
  readCheckpoint,
  resumedRows,
  Tally,
} from "@persona-guard/replay";
import type { Said, Surroundings } from "./command.js";

/** Where a replay begins: from nothing, or from where an interrupted one had come. */
export interface Beginning {
  readonly tally: Tally;
  /** Absent where no folder was given. */
  readonly writer: ResultsWriter | undefined;
  /** Steps judged before. */
  readonly stepsDone: number;
}

export interface BeginResultsOptions {
  readonly folder: string | undefined;
  readonly run: RunIdentity;
  readonly resume: boolean;
  readonly now: Surroundings["now"];
}

/** Opens the results of a replay; to resume one, counts what it wrote and gives the guard its sessions back. */
export async function* beginResults(
  guard: PersonaGuard,
  { folder, run, resume, now }: BeginResultsOptions,
): AsyncGenerator<Said, Beginning> {
  const tally = new Tally();
  if (folder === undefined) return { tally, writer: undefined, stepsDone: 0 };
  const checkpoint = resume ? await readCheckpoint(folder, run) : undefined;
  if (checkpoint === undefined) {
    const text = resume
      ? `${folder} holds no interrupted replay; starting from the beginning.`
      : `${folder} holds an interrupted replay, which this one replaces; --resume would have gone on with it.`;
    if (resume || (await hasCheckpoint(folder))) yield { to: "stderr", text };
    return { tally, writer: await ResultsWriter.open(folder, { run, now }), stepsDone: 0 };
  }
  for await (const row of resumedRows(folder, checkpoint)) tally.add(row);
  for (const [session, snapshot] of checkpoint.sessions) guard.restoreSession(session, snapshot);
  yield { to: "stderr", text: `Resuming after ${checkpoint.steps} steps.` };
  const writer = await ResultsWriter.reopen(folder, checkpoint, { run, now });
  return { tally, writer, stepsDone: checkpoint.steps };
}
