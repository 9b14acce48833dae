import { randomUUID } from "node:crypto";
import {
  type Action,
  type DriftEvent,
  type DriftListener,
  driftEventOf,
  Fleet,
  type Judgement,
  type PersonaGuard,
} from "@persona-guard/core";
import { type Logger, pino } from "pino";

export interface EventLogOptions {
  /** Where events go as log lines; made if not given. */
  readonly logger?: Logger;
  /** File for the logger that is made: one JSON line per judged draft. Without it, drift and faults go to standard error. */
  readonly logFile?: string;
  /** Called with every event; must not wait. What it throws is swallowed. */
  readonly onEvent?: DriftListener;
}

export interface Judged {
  readonly guard: PersonaGuard;
  readonly judgement: Judgement;
  readonly action: Action;
  readonly attempt: number;
  readonly scoringMs: number;
  readonly rescue?: DriftEvent["rescue"];
  readonly rejectedTokens?: DriftEvent["rejectedTokens"];
}

/** Least mean number of steps between two false alarms of a model. */
const fleetRunLength = 10_000;

/** Turns judgements into DriftEvents and gives them to the logger and the listener. Never throws. */
export function eventLog({ logger, logFile, onEvent }: EventLogOptions): (judged: Judged) => void {
  const log = logger ?? loggerTo(logFile);
  const fleet = new Fleet(fleetRunLength);
  return ({ guard, judgement, ...rest }) => {
    try {
      // By the first draft, as the session: a redraft does not undo what the model does.
      const { pValue, draft } = judgement;
      const model = judgement.step.model ?? "unnamed model";
      const drift = fleet.advance(model, draft === "first" ? pValue : undefined);
      const event = driftEventOf(judgement, {
        ...rest,
        id: randomUUID(),
        at: new Date().toISOString(),
        persona: guard.persona,
        classifier: guard.classifier.name,
        ...(pValue === undefined ? {} : { fleet: { model, ...drift } }),
      });
      log[levelOf(event)](event, event.event);
      onEvent?.(event);
    } catch (error) {
      // A full disk or a listener's fault is no reason to stop the agent.
      process.emitWarning(error instanceof Error ? error : String(error), {
        code: "PERSONA_GUARD_EVENT_LOST",
      });
    }
  };
}

function loggerTo(logFile: string | undefined): Logger {
  const destination = pino.destination(
    logFile === undefined ? { dest: 2, sync: true } : { dest: logFile, sync: true, mkdir: true },
  );
  destination.on("error", (error: Error) => process.emitWarning(error, { code: "PERSONA_GUARD_EVENT_LOST" }));
  return pino({ name: "persona-guard", level: logFile === undefined ? "warn" : "info" }, destination);
}

function levelOf({ event }: DriftEvent): "info" | "warn" | "error" {
  if (event === "step-unscored") return "error";
  return event === "drift-detected" ? "warn" : "info";
}
