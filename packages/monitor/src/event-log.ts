import type { DriftEvent, DriftListener } from "@persona-guard/core";
import { PersonaGuardError } from "@persona-guard/core";
import { pino } from "pino";
import * as z from "zod";
import { rollPeriods } from "./log-files.js";
import { RollingFile, type RollingFileOptions } from "./rolling-file.js";

export interface EventLogOptions extends Omit<RollingFileOptions, "prefix"> {}

export interface EventLog {
  /** Writes the event; see `durability` for what is promised when it returns. Never throws. */
  readonly listener: DriftListener;
  /** Events that are in no file: the disk refused them for too long, or they came after `close`. */
  lost(): number;
  /** @throws PersonaGuardError "output-unwritable" if events still wait in memory */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const positive = z.number().positive();
const optionsSchema = z.object({
  folder: z.string().min(1),
  maxBytes: positive.optional(),
  rollEvery: z.enum(Object.keys(rollPeriods)).optional(),
  keepFiles: z.int().min(1).optional(),
  keepDays: positive.optional(),
  durability: z
    .union([z.enum(["every-event", "every-event-on-disk"]), z.object({ flushMs: positive })])
    .optional(),
});

/**
 * Drift events as pino's JSON lines, in files of a folder that roll by size and day.
 *
 * @throws PersonaGuardError "options-invalid" or "output-unwritable"
 */
export function openEventLog(options: EventLogOptions): EventLog {
  const checked = optionsSchema.safeParse(options);
  if (!checked.success) {
    const faults = z.prettifyError(checked.error);
    throw new PersonaGuardError("options-invalid", `Invalid event log options:\n${faults}`);
  }
  const file = new RollingFile({ ...options, prefix: "events" });
  const log = pino({ name: "persona-guard" }, file);
  return {
    listener: (event) => log[levelOf(event)](event, event.event),
    lost: () => file.lost,
    flush: async () => file.flush(),
    close: async () => file.close(),
  };
}

function levelOf({ event }: DriftEvent): "info" | "warn" | "error" {
  if (event === "step-unscored") return "error";
  return event === "drift-detected" ? "warn" : "info";
}
