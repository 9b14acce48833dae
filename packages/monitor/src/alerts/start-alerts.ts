import { randomUUID } from "node:crypto";
import { type DriftEvent, type DriftListener, messageOf, PersonaGuardError } from "@persona-guard/core";
import * as z from "zod";
import type { AlertTarget } from "./alert-target.js";
import { DeadLetters } from "./dead-letters.js";
import { dueNotice, nothingWaiting, type QuietHours, type Waiting, withAlert } from "./notices.js";
import { Outbox, type RetryOptions } from "./outbox.js";
import { type Rule, ruleName, ruleSchema } from "./rule.js";
import { afterOccurrence, initialRuleState, type RuleState } from "./rules.js";

export interface AlertsOptions {
  readonly rules: readonly z.input<typeof ruleSchema>[];
  readonly targets: readonly AlertTarget[];
  /** For what could not be delivered; made if it is not there. */
  readonly folder: string;
  readonly quietHours?: QuietHours | undefined;
  readonly retry?: RetryOptions;
  /** Called when a notice could not be delivered, or a fault of ours was caught. @default a process warning */
  readonly onFault?: (message: string) => void;
  /** Time that targets have to take what is left when alerts are closed. @default 5000 */
  readonly closingMs?: number;
  readonly now?: () => number;
  /** Between two looks at the clock. @default 1000 */
  readonly tickMs?: number;
}

export interface Alerts {
  /** Takes events as they come; never throws and never waits. */
  readonly listener: DriftListener;
  /** Notices that went to the dead letters. */
  undelivered(): number;
  /** Sends what waits, except for quiet hours, and puts what is not delivered in time into the dead letters. */
  close(): Promise<void>;
}

interface RunningRule {
  readonly rule: Rule;
  readonly outboxes: readonly Outbox[];
  state: RuleState;
  waiting: Waiting;
}

/**
 * Runs rules over events and sends what they find.
 *
 * @throws PersonaGuardError "options-invalid" or "output-unwritable"
 */
export function startAlerts(options: AlertsOptions): Alerts {
  const {
    targets,
    folder,
    quietHours,
    retry = {},
    onFault = warn,
    now = Date.now,
    closingMs = 5_000,
    tickMs = 1_000,
  } = options;
  const rules = parsedRules(options.rules, targets);
  const letters = new DeadLetters(folder, { now, onFault: ({ message }) => onFault(message) });
  let undelivered = 0;
  const outboxes = targets.map(
    (target) =>
      new Outbox(target, {
        ...retry,
        onKept: (notice, last) => letters.add({ target: target.name, notice, ...last }),
        onDelivered: (notice) => letters.markDelivered({ target: target.name, notice }),
        onUndelivered: (notice, { fault, attempts }) => {
          undelivered += 1;
          letters.add({ target: target.name, notice, fault, attempts });
          onFault(
            `The alert "${notice.rule}" was not delivered after ${attempts} attempts: ${fault}. It is kept in ${folder}.`,
          );
        },
      }),
  );
  const running = rules.map(
    (rule): RunningRule => ({
      rule,
      outboxes: outboxes.filter(({ target }) => rule.to === undefined || rule.to.includes(target.name)),
      // A first look: from now on silence is measured.
      state: afterOccurrence(rule, initialRuleState, { now: now() }).state,
      waiting: nothingWaiting,
    }),
  );
  const advance = (event?: DriftEvent) => {
    const time = now();
    for (const one of running) {
      const { state, alerts } = afterOccurrence(one.rule, one.state, {
        now: time,
        ...(event ? { event } : {}),
      });
      one.state = state;
      for (const alert of alerts) one.waiting = withAlert(one.waiting, alert, time);
      sendDue(one, { now: time, quietHours });
    }
  };
  const guarded = (work: () => void) => {
    try {
      work();
    } catch (error) {
      onFault(`A fault in an alert target or rule: ${messageOf(error)}`); // no reason to stop the agent
    }
  };
  const timer = setInterval(() => guarded(advance), tickMs).unref();
  return {
    listener: (event) => {
      for (const target of targets) guarded(() => target.observe?.(event));
      guarded(() => advance(event));
    },
    undelivered: () => undelivered,
    async close() {
      clearInterval(timer);
      for (const one of running) {
        const atOnce = { ...one, rule: { ...one.rule, groupSeconds: 0, cooldownMinutes: 0 } };
        sendDue(atOnce, { now: now(), quietHours });
        // What quiet hours hold back would be forgotten.
        const { notice } = dueNotice(atOnce.rule, atOnce.waiting, { now: now(), id: randomUUID });
        if (notice === undefined) continue;
        for (const { target } of one.outboxes)
          letters.add({ target: target.name, notice, attempts: 0, fault: "held back by quiet hours" });
      }
      await Promise.all(outboxes.map((outbox) => outbox.close(closingMs)));
      await Promise.all(targets.map((target) => target.close?.()));
      letters.close();
    },
  };
}

function sendDue(
  one: Pick<RunningRule, "rule" | "outboxes" | "waiting">,
  { now, quietHours }: { readonly now: number; readonly quietHours: QuietHours | undefined },
): void {
  const { waiting, notice } = dueNotice(one.rule, one.waiting, { now, id: randomUUID, quietHours });
  one.waiting = waiting;
  if (notice !== undefined) for (const outbox of one.outboxes) outbox.push(notice);
}

function parsedRules(rules: AlertsOptions["rules"], targets: readonly AlertTarget[]): readonly Rule[] {
  const parsed = z.array(ruleSchema).safeParse(rules);
  if (!parsed.success)
    throw new PersonaGuardError("options-invalid", `Invalid alert rules:\n${z.prettifyError(parsed.error)}`);
  for (const rule of parsed.data)
    for (const name of rule.to ?? [])
      if (!targets.some((target) => target.name === name))
        throw new PersonaGuardError(
          "options-invalid",
          `The alert rule "${ruleName(rule)}" names a target "${name}" that is not there.`,
        );
  return parsed.data;
}

function warn(message: string): void {
  process.emitWarning(message, { code: "PERSONA_GUARD_ALERT_LOST" });
}
