import type { Trace } from "./find-traces.js";
import { Intake } from "./intake.js";
import { recordsOf } from "./records.js";
import {
  faultAt,
  type TracedStep,
  type TraceFault,
  type TraceRecord,
  type UnreadableRecord,
} from "./trace.js";

/**
 * The steps of traces, file after file, and what in them could not be read; `shareRead` is of all files together.
 *
 * @param intake is told what was taken and what was left
 */
export async function* readTraces(
  traces: readonly Trace[],
  intake = new Intake(),
): AsyncGenerator<TracedStep | TraceFault> {
  const totalBytes = traces.reduce((sum, { file }) => sum + file.bytes, 0);
  let bytesBefore = 0;
  for (const { file, reader } of traces) {
    const faults: TraceFault[] = [];
    for await (const item of reader.read(readable(recordsOf(file), faults), intake)) {
      yield* faults.splice(0);
      if (item.found === "fault") yield item;
      else yield { ...item, shareRead: (bytesBefore + item.shareRead * file.bytes) / totalBytes };
    }
    yield* faults;
    bytesBefore += file.bytes;
  }
}

/** The records alone, so that a reader need not pass on the faults of the file itself. */
async function* readable(
  found: AsyncIterable<TraceRecord | UnreadableRecord>,
  faults: TraceFault[],
): AsyncGenerator<TraceRecord> {
  for await (const item of found) {
    if (item.found === "record") yield item;
    else {
      const skipped = item.place.line === undefined ? "Record" : "Line";
      faults.push(faultAt(item.place, `${item.what}. ${skipped} skipped, the rest is judged.`));
    }
  }
}
