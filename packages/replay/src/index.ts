export {
  type CalibrationQuality,
  type CalibrationSample,
  type CalibrationSamples,
  calibrationOf,
  calibrationQuality,
  calibrationSamples,
  type KindPromise,
} from "./calibrate.js";
export { type FoundTraces, findTraces, type SkippedFile, type Trace } from "./find-traces.js";
export { readerFor, traceReaders } from "./formats.js";
export { type GateOptions, type GateResult, gateResults } from "./gates.js";
export { Intake } from "./intake.js";
export { decodedUtf8, type Line, linesOf } from "./lines.js";
export { readTraces } from "./read-traces.js";
export { type JudgedStep, type ReplayOptions, replay } from "./replay.js";
export { clusteredShareOf, type Share, shareOf } from "./share.js";
export { type Summary, Tally } from "./summary.js";
export {
  type Place,
  placeName,
  type TracedStep,
  type TraceFault,
  type TraceReader,
  type TraceRecord,
} from "./trace.js";
export { type VerdictRow, verdictRowOf } from "./verdict-row.js";
export { ResultsWriter, resultFiles } from "./write-results.js";
