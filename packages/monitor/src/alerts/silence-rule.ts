import { type Alert, oneLine } from "./alert.js";
import { isWithin } from "./hours.js";
import type { Advanced, Occurrence, RuleOf } from "./rule.js";

export interface SilenceState {
  /** Since when an event is waited for: the last event, the beginning, or when the expected hours began. */
  readonly since: number;
  readonly isExpected: boolean;
  readonly isFiring: boolean;
}

/** Silence is told once, and once more when it ends. */
export function afterSilence(
  rule: RuleOf<"guard-silent">,
  state: SilenceState | undefined,
  { event, now }: Occurrence,
): Advanced<SilenceState> {
  const isExpected = rule.expected === undefined || isWithin(rule.expected, now);
  const begins = state === undefined || (isExpected && !state.isExpected);
  const since = event !== undefined || begins ? now : state.since;
  const wasFiring = state?.isFiring ?? false;
  const isSilent = isExpected && now - since >= rule.minutes * 60_000;
  const ends = wasFiring && event !== undefined;
  const alerts =
    ends || (isSilent && !wasFiring) ? [silenceAlert(rule, now, ends ? "resolved" : "firing")] : [];
  return { state: { since, isExpected, isFiring: ends ? false : wasFiring || isSilent }, alerts };
}

function silenceAlert(
  { minutes, persona }: RuleOf<"guard-silent">,
  now: number,
  status: Alert["status"],
): Alert {
  const whose = persona === undefined ? "" : ` of ${persona}`;
  return {
    key: `silence${whose}`,
    status,
    at: new Date(now).toISOString(),
    title: oneLine(
      status === "firing"
        ? `No drift event${whose} for ${minutes} minutes: is the guard running?`
        : `Drift events${whose} are coming again`,
    ),
    details: { minutes, ...(persona === undefined ? {} : { persona: oneLine(persona) }) },
    evidence: [],
    count: 1,
  };
}
