import type { DriftEvent } from "@persona-guard/core";
import { type Alert, oneLine } from "./alert.js";
import type { Advanced, Occurrence, RuleOf } from "./rule.js";

/** Alarms remembered, so that each is told once; the oldest are forgotten first. */
const mostRemembered = 10_000;

/** Keys of sessions or models that are in alarm. */
export type AlarmState = ReadonlySet<string>;

/** An alarm stays on in every later event of its session or model; it is told once. */
export function afterAlarm(
  { when }: RuleOf<"session-alarm"> | RuleOf<"fleet-alarm">,
  state: AlarmState,
  { event, now }: Occurrence,
): Advanced<AlarmState> {
  const alert = event && (when === "session-alarm" ? sessionAlert(event, now) : fleetAlert(event, now));
  if (alert === undefined || state.has(alert.key)) return { state, alerts: [] };
  return { state: new Set([...[...state].slice(1 - mostRemembered), alert.key]), alerts: [alert] };
}

function sessionAlert(event: DriftEvent, now: number): Alert | undefined {
  const { sessionAlarm, sessionStart, sessionEValue, session, persona, index, model } = event;
  if (!sessionAlarm) return undefined;
  const drifting = event.utterances.filter(({ outcome }) => outcome === "drifted");
  const labels = [...new Set(drifting.flatMap(({ driftedTo = [] }) => driftedTo))];
  return {
    key: `session ${persona.name} ${session}`,
    status: "firing",
    at: new Date(now).toISOString(),
    title: oneLine(
      `Session ${session} of ${persona.name} has drifted${labels.length === 0 ? "" : ` to ${labels.join(", ")}`}, since step ${sessionStart ?? index}`,
    ),
    details: {
      persona: oneLine(persona.name),
      version: oneLine(persona.version),
      session: oneLine(session),
      step: index,
      eValue: Number(sessionEValue.toPrecision(4)),
      ...(model === undefined ? {} : { model: oneLine(model) }),
      event: event.id,
    },
    evidence: drifting.flatMap(({ evidence }) => evidence.map(({ text }) => oneLine(text, 300))).slice(0, 3),
    count: 1,
  };
}

function fleetAlert({ fleet, persona, id }: DriftEvent, now: number): Alert | undefined {
  if (!fleet?.alarm) return undefined;
  return {
    key: `fleet ${persona.name} ${fleet.model}`,
    status: "firing",
    at: new Date(now).toISOString(),
    title: oneLine(`${fleet.model} drifts across the sessions of ${persona.name}`),
    details: {
      persona: oneLine(persona.name),
      version: oneLine(persona.version),
      model: oneLine(fleet.model),
      statistic: Number(fleet.statistic.toPrecision(4)),
      event: id,
    },
    evidence: [],
    count: 1,
  };
}
