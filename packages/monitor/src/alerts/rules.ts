import { type AlarmState, afterAlarm } from "./alarm-rule.js";
import { afterRate, type RateState } from "./rate-rule.js";
import type { Advanced, Occurrence, Rule } from "./rule.js";
import { afterSilence, type SilenceState } from "./silence-rule.js";

/** What a rule remembers; plain and never changed in place. */
export interface RuleState {
  readonly alarms: AlarmState;
  readonly rates: RateState;
  readonly silence: SilenceState | undefined;
}

export const initialRuleState: RuleState = { alarms: new Set(), rates: new Map(), silence: undefined };

/** A rule after an event, or after some time without one. Pure: time is in the occurrence. */
export function afterOccurrence(rule: Rule, state: RuleState, occurrence: Occurrence): Advanced<RuleState> {
  const { event, now } = occurrence;
  const isOther = event !== undefined && rule.persona !== undefined && event.persona.name !== rule.persona;
  const seen = isOther ? { now } : occurrence;
  switch (rule.when) {
    case "session-alarm":
    case "fleet-alarm": {
      const { state: alarms, alerts } = afterAlarm(rule, state.alarms, seen);
      return { state: { ...state, alarms }, alerts };
    }
    case "drift-rate":
    case "unscored-rate": {
      const { state: rates, alerts } = afterRate(rule, state.rates, seen);
      return { state: { ...state, rates }, alerts };
    }
    case "guard-silent": {
      const { state: silence, alerts } = afterSilence(rule, state.silence, seen);
      return { state: { ...state, silence }, alerts };
    }
  }
}
