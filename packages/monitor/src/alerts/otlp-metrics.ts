import type { Registry } from "prom-client";

const cumulative = 2;

type AttributeValue = string | number | boolean | undefined;

/** OTLP's form of attributes; those without a value are left out. */
export function attributesOf(values: Readonly<Record<string, AttributeValue>>): readonly object[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: otlpValue(value) }],
  );
}

function otlpValue(value: string | number | boolean): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** OTLP's JSON writes 64-bit integers as strings; a number could not hold them. */
export function nanoseconds(milliseconds: number): string {
  return `${Math.round(milliseconds)}000000`;
}

/** The metrics of a Prometheus registry as OTLP metrics, "persona_guard_steps_total" as the sum "persona_guard.steps". */
export async function otlpMetrics(
  registry: Registry,
  { startedAt, now }: { readonly startedAt: number; readonly now: number },
): Promise<readonly object[]> {
  const time = { startTimeUnixNano: nanoseconds(startedAt), timeUnixNano: nanoseconds(now) };
  return (await registry.getMetricsAsJSON()).flatMap((metric): readonly object[] => {
    if (metric.values.length === 0) return [];
    const isSeconds = /_seconds$/.test(metric.name);
    const common = {
      name: metric.name.replace(/^persona_guard_/, "persona_guard.").replace(/(_total|_seconds)$/, ""),
      description: metric.help,
      unit: isSeconds ? "s" : "1",
    };
    const points = () =>
      metric.values.map(({ value, labels }) => ({
        attributes: attributesOf(labels),
        asDouble: value,
        ...time,
      }));
    // prom-client types the kind as an enum of numbers, but gives its name.
    switch (String(metric.type)) {
      case "counter":
        return [
          { ...common, sum: { aggregationTemporality: cumulative, isMonotonic: true, dataPoints: points() } },
        ];
      case "gauge":
        return [{ ...common, gauge: { dataPoints: points() } }];
      case "histogram": {
        const dataPoints = histogramPoints(metric.values).map((point) => ({ ...point, ...time }));
        return [{ ...common, histogram: { aggregationTemporality: cumulative, dataPoints } }];
      }
      default:
        return [];
    }
  });
}

interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, AttributeValue>>;
  readonly metricName?: string;
}

/** Prometheus counts up to each bound, OTLP between them. */
function histogramPoints(samples: readonly Sample[]): readonly object[] {
  const series = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(labels);
    series.set(key, [...(series.get(key) ?? []), sample]);
  }
  return [...series.values()].map((rows) => {
    const { le: _, ...labels } = rows[0]?.labels ?? {};
    const buckets = rows.filter(({ metricName }) => metricName?.endsWith("_bucket"));
    const valueAt = (end: string) => rows.find(({ metricName }) => metricName?.endsWith(end))?.value ?? 0;
    return {
      attributes: attributesOf(labels),
      count: String(valueAt("_count")),
      sum: valueAt("_sum"),
      explicitBounds: buckets.map(({ labels: { le } }) => Number(le)).filter(Number.isFinite),
      bucketCounts: buckets.map(({ value }, index) => String(value - (buckets[index - 1]?.value ?? 0))),
    };
  });
}
