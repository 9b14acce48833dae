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
  /** Whether events carry whole texts, with secrets and personal data masked. @default "evidence" */
  readonly logTexts?: "evidence" | "all";
  /** Called with every event; must not wait. What it throws is swallowed. */
  readonly onEvent?: DriftListener;
}

interface Judged {
  readonly guard: PersonaGuard;
  readonly judgement: Judgement;
  readonly action: Action;
  readonly attempt: number;
  readonly scoringMs: number;
  readonly rescue?: DriftEvent["rescue"];
  readonly rejectedTokens?: DriftEvent["rejectedTokens"];
  readonly lostFacts?: DriftEvent["lostFacts"];
  readonly mode?: DriftEvent["mode"];
}

/** Makes the event of a judged draft and tells those who listen. Never throws. */
export type Report = (judged: Judged) => DriftEvent;

/** Least mean number of steps between two false alarms of a model. */
const fleetRunLength = 10_000;

/** Turns judgements into DriftEvents and gives them to the logger and the listener. */
export function eventLog({ logger, logFile, logTexts = "evidence", onEvent }: EventLogOptions): Report {
  const log = logger ?? loggerTo(logFile);
  const fleets = new Map<string, Fleet>();
  const known = new WeakSet<PersonaGuard>();
  return ({ guard, judgement, ...rest }) => {
    // By the first draft, as the session: a redraft does not undo what the model does.
    const { pValue, draft } = judgement;
    const { persona } = guard;
    if (!known.has(guard))
      for (const text of guard.warnings) process.emitWarning(text, { code: "PERSONA_GUARD_SETUP" });
    known.add(guard);
    const model = judgement.step.model ?? "unnamed model";
    const fleet = fleets.get(persona.name) ?? new Fleet(fleetRunLength);
    fleets.set(persona.name, fleet);
    const drift = fleet.advance(model, draft === "first" ? pValue : undefined);
    const event = driftEventOf(judgement, {
      ...rest,
      id: randomUUID(),
      at: new Date().toISOString(),
      persona,
      classifier: guard.classifier.name,
      texts: logTexts,
      ...(pValue === undefined ? {} : { fleet: { model, ...drift } }),
    });
    try {
      log[levelOf(event)](event, event.event);
      onEvent?.(event);
    } catch (error) {
      // A full disk or a listener's fault is no reason to stop the agent.
      process.emitWarning(error instanceof Error ? error : String(error), {
        code: "PERSONA_GUARD_EVENT_LOST",
      });
    }
    return event;
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
