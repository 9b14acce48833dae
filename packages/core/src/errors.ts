const brand = Symbol.for("persona-guard.error");

export type ErrorCode =
  | "calibration-mismatch"
  | "calibration-too-small"
  | "calibration-unreadable"
  | "checkpoint-mismatch"
  | "checkpoint-unreadable"
  | "classifier-failed"
  | "config-invalid"
  | "draft-withheld"
  | "input-unreadable"
  | "label-unknown"
  | "model-missing"
  | "model-unreadable"
  | "options-invalid"
  | "output-unwritable"
  | "persona-invalid"
  | "persona-unreadable"
  | "push-failed"
  | "run-unreadable"
  | "runs-mismatch"
  | "session-unreadable"
  | "trace-format-unknown"
  | "trace-unreadable"
  | "trait-examples-too-few"
  | "trait-mismatch"
  | "trait-unreadable";

/** The one error class of persona-guard. Match on `code`, never on the text. */
export class PersonaGuardError extends Error {
  readonly [brand] = true;
  override readonly name = "PersonaGuardError";
  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Our error inside `error`, however deeply it was wrapped; undefined if there is none. */
export function personaGuardErrorIn(error: unknown): PersonaGuardError | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    // The brand is set by our constructor alone, and it survives two installed copies of this package.
    if (brand in current) return current as PersonaGuardError;
  }
  return undefined;
}

/** What went wrong, in one line, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
