import { type DriftEvent, messageOf } from "@persona-guard/core";
import { headlineOf, type Notice } from "./alert.js";
import type { AlertTarget } from "./alert-target.js";
import { DriftMetrics } from "./metrics.js";
import { attributesOf, nanoseconds, otlpMetrics } from "./otlp-metrics.js";
import { post } from "./post.js";

/** Events that wait for a collector that is slow or away; what comes beyond is lost. */
const mostWaiting = 5_000;
const timeoutMs = 10_000;
const scope = { name: "@persona-guard/monitor" };
const severityNumbers = { info: 9, warning: 13, critical: 17 } as const;

export interface OtlpOptions {
  readonly name: string;
  /** Of the collector, without /v1/…; 4318 is its usual port for HTTP. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** @default "persona-guard" */
  readonly serviceName?: string | undefined;
  /** Between two exports. @default 5000 */
  readonly exportMs?: number;
  readonly now?: () => number;
  /** Called when events are lost. */
  readonly onFault?: (message: string) => void;
}

/**
 * Events and notices as OTLP/HTTP JSON: each event a `gen_ai.evaluation.result` log record, counters as metrics. Plain fetch instead
 * of the OpenTelemetry SDK: two POSTs of JSON do not need its dozen packages, and an application's own SDK stays untouched.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function otlpTarget(options: OtlpOptions): AlertTarget {
  const {
    name,
    url,
    headers = {},
    serviceName = "persona-guard",
    exportMs = 5_000,
    now = Date.now,
    onFault = () => undefined,
  } = options;
  const base = url.replace(/\/+$/, "");
  const resource = { attributes: attributesOf({ "service.name": serviceName }) };
  const metrics = new DriftMetrics();
  const startedAt = now();
  let waiting: object[] = [];
  let lost = 0;
  let exporting: Promise<void> | undefined;
  const send = (path: string, content: object, signal = AbortSignal.timeout(timeoutMs)) =>
    post(`${base}${path}`, { headers, body: JSON.stringify(content), signal });
  const sendLogs = (logRecords: readonly object[], signal?: AbortSignal) =>
    send("/v1/logs", { resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] }, signal);
  const sendWaiting = async () => {
    const batch = waiting;
    waiting = [];
    const delivery = batch.length === 0 ? undefined : await sendLogs(batch);
    if (delivery?.outcome === "failed") waiting = [...batch, ...waiting];
    if (delivery?.outcome === "refused") lost += batch.length;
    if (lost > 0) onFault(`${name}: ${lost} events lost: the collector does not take them`);
    lost = 0;
  };
  const sendMetrics = async () => {
    const sums = await otlpMetrics(metrics.registry, { startedAt, now: now() });
    await send("/v1/metrics", { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: sums }] }] });
  };
  /** One export at a time: a collector that is slow must not pile them up. */
  const exportAll = () => {
    exporting ??= sendWaiting()
      .then(sendMetrics)
      .catch((error: unknown) => onFault(`${name}: an export failed: ${messageOf(error)}`))
      .finally(() => {
        exporting = undefined;
      });
    return exporting;
  };
  const timer = setInterval(exportAll, exportMs).unref();
  return {
    name,
    observe(event) {
      metrics.observe(event);
      if (waiting.length < mostWaiting) waiting.push(evaluationRecord(event, now()));
      else lost += 1;
    },
    async deliver(notice, signal) {
      const delivery = await sendLogs([alertRecord(notice, now())], signal);
      if (delivery.outcome === "delivered") metrics.count(notice);
      return delivery;
    },
    async close() {
      clearInterval(timer);
      await exporting;
      await exportAll();
      if (waiting.length > 0)
        onFault(`${name}: ${waiting.length} events lost: the collector did not take them`);
    },
  };
}

/** @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-events/ */
function evaluationRecord(event: DriftEvent, now: number): object {
  const { confidence, outcome, persona, session, step, index, model, attempt, action, utterances } = event;
  const labels = [...new Set(utterances.flatMap(({ driftedTo = [] }) => driftedTo))];
  const reasons = utterances.flatMap((one) => (one.outcome === "unscored" && one.reason ? [one.reason] : []));
  const isUnscored = outcome === "unscored";
  return {
    timeUnixNano: nanoseconds(Date.parse(event.at)),
    observedTimeUnixNano: nanoseconds(now),
    severityNumber: outcome === "drifted" ? severityNumbers.warning : severityNumbers.info,
    severityText: outcome === "drifted" ? "WARN" : "INFO",
    eventName: "gen_ai.evaluation.result",
    attributes: attributesOf({
      "gen_ai.evaluation.name": "persona",
      "gen_ai.evaluation.score.value": confidence,
      "gen_ai.evaluation.score.label": outcome,
      "gen_ai.evaluation.explanation": labels.length === 0 ? undefined : `drifted to ${labels.join(", ")}`,
      "gen_ai.conversation.id": session,
      "gen_ai.response.id": step,
      "gen_ai.response.model": model,
      "error.type": isUnscored ? (reasons[0]?.split(":")[0] ?? "unscored") : undefined,
      "persona_guard.event.id": event.id,
      "persona_guard.persona.name": persona.name,
      "persona_guard.persona.version": persona.version,
      "persona_guard.step.index": index,
      "persona_guard.step.attempt": attempt,
      "persona_guard.action": action,
      "persona_guard.session.alarm": event.sessionAlarm,
    }),
  };
}

function alertRecord(notice: Notice, now: number): object {
  return {
    timeUnixNano: nanoseconds(Date.parse(notice.at)),
    observedTimeUnixNano: nanoseconds(now),
    severityNumber: severityNumbers[notice.severity],
    severityText: notice.severity.toUpperCase(),
    eventName: "persona_guard.alert",
    body: { stringValue: headlineOf(notice) },
    attributes: attributesOf({
      "persona_guard.alert.id": notice.id,
      "persona_guard.alert.rule": notice.rule,
      "persona_guard.alert.condition": notice.condition,
      "persona_guard.alert.count": notice.alerts.length + notice.omitted,
    }),
  };
}
