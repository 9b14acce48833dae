import type { DriftEvent } from "@persona-guard/core";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Notice } from "./alert.js";

/** Milliseconds of judging are counted up to these, in seconds. */
const scoringBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** Counters of drift events and alerts, as Prometheus reads them. */
export class DriftMetrics {
  readonly registry = new Registry();
  readonly #shared = { registers: [this.registry] };
  readonly #steps = new Counter({
    ...this.#shared,
    name: "persona_guard_steps_total",
    help: "Judged drafts by outcome; attempt is first or redraft.",
    labelNames: ["persona", "model", "outcome", "attempt"],
  });
  readonly #drift = new Counter({
    ...this.#shared,
    name: "persona_guard_drifted_texts_total",
    help: "Drifted texts by the label that took over, kind and tool.",
    labelNames: ["persona", "label", "kind", "tool"],
  });
  readonly #actions = new Counter({
    ...this.#shared,
    name: "persona_guard_actions_total",
    help: "What was done about drafts.",
    labelNames: ["persona", "action"],
  });
  readonly #rescues = new Counter({
    ...this.#shared,
    name: "persona_guard_rescues_total",
    help: "Steps that a redraft brought back into persona.",
    labelNames: ["persona"],
  });
  readonly #rejectedTokens = new Counter({
    ...this.#shared,
    name: "persona_guard_rejected_tokens_total",
    help: "Tokens that rejected drafts cost.",
    labelNames: ["persona", "model", "direction"],
  });
  readonly #scoring = new Histogram({
    ...this.#shared,
    name: "persona_guard_scoring_seconds",
    help: "Time spent on judging a draft.",
    labelNames: ["persona"],
    buckets: scoringBuckets,
  });
  readonly #fleet = new Gauge({
    ...this.#shared,
    name: "persona_guard_fleet_statistic",
    help: "What all sessions of a model say together.",
    labelNames: ["persona", "model"],
  });
  readonly #lastEvent = new Gauge({
    ...this.#shared,
    name: "persona_guard_last_event_timestamp_seconds",
    help: "When the last event was: a guard that stopped shows here.",
    labelNames: ["persona"],
  });
  readonly #alerts = new Counter({
    ...this.#shared,
    name: "persona_guard_alerts_total",
    help: "Alerts by rule, severity and status.",
    labelNames: ["rule", "severity", "status"],
  });

  observe(event: DriftEvent): void {
    const { outcome, action, attempt, fleet, rescue, rejectedTokens, scoringMs, utterances } = event;
    const persona = event.persona.name;
    const model = event.model ?? "unnamed";
    this.#steps.inc({ persona, model, outcome, attempt: attempt === 1 ? "first" : "redraft" });
    for (const { driftedTo: label, kind, tool = "" } of utterances)
      if (label !== undefined) this.#drift.inc({ persona, label, kind, tool });
    if (action !== "none") this.#actions.inc({ persona, action });
    if (rescue !== undefined) this.#rescues.inc({ persona });
    if (rejectedTokens !== undefined) {
      this.#rejectedTokens.inc({ persona, model, direction: "input" }, rejectedTokens.input);
      this.#rejectedTokens.inc({ persona, model, direction: "output" }, rejectedTokens.output);
    }
    this.#scoring.observe({ persona }, scoringMs / 1_000);
    if (fleet !== undefined) this.#fleet.set({ persona, model: fleet.model }, fleet.statistic);
    this.#lastEvent.set({ persona }, Date.parse(event.at) / 1_000);
  }

  count({ rule, severity, alerts, omitted }: Notice): void {
    for (const { status } of alerts) this.#alerts.inc({ rule, severity, status });
    if (omitted > 0) this.#alerts.inc({ rule, severity, status: "firing" }, omitted);
  }

  /** The text exposition format, with its content type. */
  async exposition(): Promise<{ readonly contentType: string; readonly text: string }> {
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }
}
