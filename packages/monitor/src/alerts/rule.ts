import type { DriftEvent } from "@persona-guard/core";
import * as z from "zod";
import { type Alert, severities } from "./alert.js";
import { hoursSchema } from "./hours.js";

const minutes = z.number().positive();
const common = {
  /** @default the condition */
  name: z.string().min(1).optional(),
  severity: z.enum(severities).default("warning"),
  /** Names of targets. @default all */
  to: z.array(z.string().min(1)).min(1).readonly().optional(),
  /** Only events of this persona. @default all */
  persona: z.string().min(1).optional(),
  /** How long the first alert waits for others that go with it in one notice. */
  groupSeconds: z.number().min(0).default(10),
  /** Least time between two notices of the rule; alerts in between are sent after it. */
  cooldownMinutes: z.number().min(0).default(15),
};

/** A share of steps in the last minutes. */
const rate = {
  /** The alert fires above this share. */
  above: z.number().min(0).lt(1),
  windowMinutes: minutes.default(10),
  /** Fewer steps in the window say nothing. */
  minSteps: z.int().min(1).default(20),
};

export const ruleSchema = z.discriminatedUnion("when", [
  z.strictObject({ when: z.literal("session-alarm"), ...common }),
  z.strictObject({ when: z.literal("fleet-alarm"), ...common }),
  z.strictObject({ when: z.literal("drift-rate"), ...common, ...rate }),
  z.strictObject({ when: z.literal("unscored-rate"), ...common, ...rate }),
  z.strictObject({
    when: z.literal("guard-silent"),
    ...common,
    /** Without an event for so long. */
    minutes,
    /** When events are expected. @default always */
    expected: hoursSchema.optional(),
  }),
]);

export type Rule = Readonly<z.infer<typeof ruleSchema>>;
export type RuleOf<When extends Rule["when"]> = Extract<Rule, { when: When }>;

/** Something happened, or time went by. */
export interface Occurrence {
  readonly event?: DriftEvent;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a rule remembers next, and what it found. */
export interface Advanced<State> {
  readonly state: State;
  readonly alerts: readonly Alert[];
}

export function ruleName({ name, when }: Rule): string {
  return name ?? when;
}
