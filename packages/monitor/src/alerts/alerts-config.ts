import * as z from "zod";
import { severities } from "./alert.js";
import { hoursSchema } from "./hours.js";
import { ruleName, ruleSchema } from "./rule.js";

const secretSchema = z
  .string()
  .regex(
    /^\$[A-Z_][A-Z0-9_]*$/,
    "must name an environment variable, as in $ALERT_SECRET: a secret does not belong into this file",
  );
const urlSchema = z.union([
  secretSchema,
  z
    .url({
      protocol: /^https?$/,
      error: "must be an http(s) address, or an environment variable as in $ALERT_URL",
    })
    .refine(
      (url) => new URL(url).username === "" && new URL(url).password === "",
      "must not hold a password: name an environment variable as in $ALERT_URL",
    ),
]);
const headersSchema = z.record(z.string(), secretSchema);
/** Whether alerts carry the (masked) sentences that drifted. */
const common = { evidence: z.boolean().default(true) };

const targetSchema = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("webhook"),
    url: urlSchema,
    secret: secretSchema.optional(),
    headers: headersSchema.optional(),
    ...common,
  }),
  z.strictObject({ type: z.literal("slack"), url: secretSchema, ...common }),
  z.strictObject({ type: z.literal("teams"), url: secretSchema, ...common }),
  z.strictObject({
    type: z.literal("otlp"),
    url: urlSchema,
    headers: headersSchema.optional(),
    serviceName: z.string().min(1).optional(),
    ...common,
  }),
  z.strictObject({
    type: z.literal("prometheus"),
    port: z.int().min(0).max(65_535).default(9464),
    host: z.string().min(1).default("127.0.0.1"),
    ...common,
  }),
  z.strictObject({
    type: z.literal("pino"),
    transport: z.string().min(1),
    options: z.record(z.string(), z.unknown()).optional(),
    ...common,
  }),
  z.strictObject({ type: z.literal("module"), path: z.string().min(1), ...common }),
]);

/** The section "alerts" of persona-guard.config.yaml. */
export const alertsSchema = z
  .strictObject({
    targets: z.record(z.string().min(1), targetSchema),
    rules: z.array(ruleSchema).default([]),
    quietHours: hoursSchema.extend({ except: z.enum(severities).default("critical") }).optional(),
    /** For what could not be delivered. */
    folder: z.string().min(1).default("persona-guard-alerts"),
  })
  .superRefine(({ targets, rules }, context) => {
    const names = rules.map(ruleName);
    for (const [index, rule] of rules.entries()) {
      for (const target of rule.to ?? [])
        if (!Object.hasOwn(targets, target))
          context.addIssue({
            code: "custom",
            path: ["rules", index, "to"],
            message: `there is no target "${target}"`,
          });
      if (names.indexOf(ruleName(rule)) !== index)
        context.addIssue({
          code: "custom",
          path: ["rules", index, "name"],
          message: `"${ruleName(rule)}" is taken: give each rule a name of its own`,
        });
    }
  });

export type AlertsConfig = Readonly<z.infer<typeof alertsSchema>>;
export type TargetConfig = Readonly<z.infer<typeof targetSchema>>;
