import * as z from "zod";
import type { VerdictRow } from "../verdict-row.js";
import {
  evaluationName,
  explanationOf,
  originOf,
  type PushTarget,
  type PushTargetOptions,
} from "./push-target.js";

/** Severity numbers of the OpenTelemetry log data model. */
const severities = { info: 9, warn: 13 } as const;
const answerSchema = z.object({
  partialSuccess: z.object({ rejectedLogRecords: z.coerce.number().default(0) }).optional(),
});

/**
 * Verdicts as `gen_ai.evaluation.result` log events on the judged spans, over OTLP/HTTP in JSON.
 *
 * @see https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/gen-ai-events.md
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function otlp({ env, persona, classifier, at }: PushTargetOptions): PushTarget {
  const base = (env.OTEL_EXPORTER_OTLP_ENDPOINT || "http://localhost:4318").replace(/\/+$/, "");
  const url = env.OTEL_EXPORTER_OTLP_LOGS_ENDPOINT || `${base}/v1/logs`;
  const headers = headersIn(env.OTEL_EXPORTER_OTLP_LOGS_HEADERS || env.OTEL_EXPORTER_OTLP_HEADERS || "");
  const time = `${BigInt(at.getTime()) * 1_000_000n}`;
  const recordOf = (row: VerdictRow) => {
    const { trace, span } = originOf(row);
    return {
      timeUnixNano: time,
      observedTimeUnixNano: time,
      severityNumber: row.outcome === "drifted" ? severities.warn : severities.info,
      eventName: "gen_ai.evaluation.result",
      traceId: trace.toLowerCase(),
      spanId: span.toLowerCase(),
      attributes: attributesOf({
        "gen_ai.evaluation.name": evaluationName(persona),
        "gen_ai.evaluation.score.value": row.confidence,
        "gen_ai.evaluation.score.label": row.outcome,
        "gen_ai.evaluation.explanation": explanationOf(row),
        "gen_ai.conversation.id": row.session,
        "error.type": row.outcome === "unscored" ? "classifier-failed" : undefined,
        "persona_guard.persona.version": persona.version,
        "persona_guard.session.alarm": row.sessionAlarm,
      }),
    };
  };
  return {
    title: "the OTLP endpoint",
    batchSize: 100,
    accepts: (row) => {
      const { trace, span } = originOf(row);
      return /^[0-9a-f]{32}$/i.test(trace) && /^[0-9a-f]{16}$/i.test(span);
    },
    requestOf: (rows) => ({
      url,
      headers,
      body: {
        resourceLogs: [
          {
            resource: {
              attributes: attributesOf({ "service.name": env.OTEL_SERVICE_NAME || "persona-guard" }),
            },
            scopeLogs: [
              { scope: { name: "persona-guard", version: classifier }, logRecords: rows.map(recordOf) },
            ],
          },
        ],
      },
    }),
    refusedIn: (answer) => answerSchema.safeParse(answer).data?.partialSuccess?.rejectedLogRecords ?? 0,
  };
}

function attributesOf(values: Readonly<Record<string, string | number | boolean | undefined>>) {
  return Object.entries(values).flatMap(([key, value]) => {
    return value === undefined ? [] : [{ key, value: anyValueOf(value) }];
  });
}

function anyValueOf(value: string | number | boolean): object {
  if (typeof value === "string") return { stringValue: value };
  return typeof value === "number" ? { doubleValue: value } : { boolValue: value };
}

/** "key=value,key2=value2", percent-encoded, as OpenTelemetry's variables have it. */
function headersIn(list: string): Readonly<Record<string, string>> {
  const pairs = list.split(",").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())] as const];
  });
  return Object.fromEntries(pairs);
}
