export { type Baseline, readBaseline, refuseOtherJudge } from "./baseline.js";
export {
  type CalibrationQuality,
  type CalibrationSample,
  type CalibrationSamples,
  calibrationOf,
  calibrationQuality,
  calibrationSamples,
  type KindPromise,
} from "./calibrate.js";
export { calibrationSummary } from "./calibration-summary.js";
export { hasCheckpoint, readCheckpoint } from "./checkpoint.js";
export { type Comparison, compareRuns, type ShiftTest } from "./compare.js";
export { type ComparisonGate, comparisonGates } from "./comparison-gates.js";
export { type FoundTraces, findTraces, type SkippedFile, type Trace } from "./find-traces.js";
export { readerFor, traceReaders } from "./formats.js";
export { type GateOptions, type GateResult, gateResults } from "./gates.js";
export { Intake } from "./intake.js";
export { decodedUtf8, type Line, linesOf } from "./lines.js";
export type { PushTarget, PushTargetOptions } from "./push/push-target.js";
export { type Pushed, pushRequests, pushTargets, pushVerdicts } from "./push/push-verdicts.js";
export { type Run, readRun, refuseMismatch } from "./read-run.js";
export { readTraces } from "./read-traces.js";
export { type JudgedStep, type ReplayOptions, replay } from "./replay.js";
export { resumedRows } from "./resume.js";
export { hashOf, type RunIdentity, runIdentity } from "./run-identity.js";
export { type DrawnSessions, drawSessions } from "./sample-sessions.js";
export { clusteredShareOf, type Share, shareOf } from "./share.js";
export type { SharesCompared } from "./share-difference.js";
export { type RunNames, shiftLine } from "./shift-line.js";
export { type Summary, Tally } from "./summary.js";
export {
  type Place,
  placeName,
  type TracedStep,
  type TraceFault,
  type TraceReader,
  type TraceRecord,
} from "./trace.js";
export { parseVerdictRow, type VerdictRow, verdictRowJsonSchema, verdictRowOf } from "./verdict-row.js";
export { reportFile, writeReport } from "./write-report.js";
export { ResultsWriter, resultFiles } from "./write-results.js";
