import { type Alert, type Notice, severities } from "./alert.js";
import { type Hours, isWithin } from "./hours.js";
import { type Rule, ruleName } from "./rule.js";

/** Alerts that one notice carries; the rest is counted. */
const mostAlerts = 50;
/** Alerts that wait for a notice one by one; the rest is counted. */
const mostWaiting = 1_000;

/** When nobody is to be woken. */
export interface QuietHours extends Hours {
  /** What is sent all the same: alerts of this severity and above. */
  readonly except: Rule["severity"];
}

/** What a rule has found and not yet told. */
export interface Waiting {
  /** By key, oldest first. */
  readonly alerts: ReadonlyMap<string, Alert>;
  readonly omitted: number;
  readonly firstAt: number | undefined;
  /** When the last notice went out. */
  readonly toldAt: number | undefined;
}

export const nothingWaiting: Waiting = {
  alerts: new Map(),
  omitted: 0,
  firstAt: undefined,
  toldAt: undefined,
};

/** With one more alert: the same one again is counted, and one that ends before anybody was told is dropped. */
export function withAlert(waiting: Waiting, alert: Alert, now: number): Waiting {
  const known = waiting.alerts.get(alert.key);
  const alerts = new Map(waiting.alerts);
  const firstAt = waiting.firstAt ?? now;
  if (known !== undefined && known.status !== alert.status) {
    alerts.delete(alert.key);
    return { ...waiting, alerts, firstAt: alerts.size === 0 ? undefined : firstAt };
  }
  if (known === undefined && alerts.size >= mostWaiting)
    return { ...waiting, omitted: waiting.omitted + 1, firstAt };
  alerts.set(alert.key, { ...alert, count: (known?.count ?? 0) + alert.count });
  return { ...waiting, alerts, firstAt };
}

/**
 * The notice that is due, if one is: the first alert has waited for others, the last notice lies back far enough, and it is not a
 * quiet hour for its severity.
 */
export function dueNotice(
  rule: Rule,
  waiting: Waiting,
  {
    now,
    id,
    quietHours,
  }: { readonly now: number; readonly id: () => string; readonly quietHours?: QuietHours | undefined },
): { readonly waiting: Waiting; readonly notice?: Notice } {
  const { alerts, firstAt, toldAt = Number.NEGATIVE_INFINITY, omitted } = waiting;
  if (firstAt === undefined || now < firstAt + rule.groupSeconds * 1_000) return { waiting };
  if (now < toldAt + rule.cooldownMinutes * 60_000) return { waiting };
  const rank = (severity: Rule["severity"]) => severities.indexOf(severity);
  const isQuiet =
    quietHours !== undefined && rank(rule.severity) < rank(quietHours.except) && isWithin(quietHours, now);
  if (isQuiet) return { waiting };
  const told = [...alerts.values()];
  const notice: Notice = {
    schema: "persona-guard/alert/1",
    id: id(),
    at: new Date(now).toISOString(),
    rule: ruleName(rule),
    condition: rule.when,
    severity: rule.severity,
    alerts: told.slice(0, mostAlerts),
    omitted: omitted + Math.max(0, told.length - mostAlerts),
  };
  return { waiting: { ...nothingWaiting, toldAt: now }, notice };
}
