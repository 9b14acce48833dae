export const severities = ["info", "warning", "critical"] as const;
export type Severity = (typeof severities)[number];

const conditions = ["session-alarm", "fleet-alarm", "drift-rate", "unscored-rate", "guard-silent"] as const;
export type Condition = (typeof conditions)[number];

/** Something that a rule found, as plain JSON. */
export interface Alert {
  /** What it is about; alerts with one key are the same one. */
  readonly key: string;
  readonly status: "firing" | "resolved";
  readonly at: string;
  readonly title: string;
  /** Ids and numbers, such as persona, session, step. */
  readonly details: Readonly<Record<string, string | number>>;
  /** Sentences that carry the drift, secrets and personal data masked. */
  readonly evidence: readonly string[];
  /** How often it fired before anybody was told. */
  readonly count: number;
}

/** What is sent: the alerts of one rule since its last notice. */
export interface Notice {
  readonly schema: "persona-guard/alert/1";
  /** The same at every attempt: a receiver that knows it can drop the notice. */
  readonly id: string;
  readonly at: string;
  readonly rule: string;
  readonly condition: Condition;
  readonly severity: Severity;
  /** At least one, at most 50. */
  readonly alerts: readonly Alert[];
  /** Alerts beyond those. */
  readonly omitted: number;
  /** Set on what "persona-guard alerts test" sends. */
  readonly test?: true;
}

/** One line of well-formed text without anything that could steer a terminal or reorder it, cut to a length. */
export function oneLine(text: string, longest = 200): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .replace(/\p{Cs}/gu, "\uFFFD")
    .trim();
  // A cut may halve a pair of surrogates.
  return line.length > longest ? `${line.slice(0, longest - 1).replace(/\p{Cs}$/u, "")}…` : line;
}

/** The title, with a mark if it is over and how often it fired. */
export function titleOf({ title, status, count }: Alert): string {
  return `${status === "resolved" ? "✅ " : ""}${title}${count > 1 ? ` (${count} times)` : ""}`;
}

/** The first alert's title, and how many more there are. */
export function headlineOf({ alerts, omitted, test }: Notice): string {
  const [first, ...others] = alerts;
  const more = others.length + omitted;
  const headline = `${first?.title ?? "No alert"}${more === 0 ? "" : `, and ${more} more`}`;
  return test ? `[test] ${headline}` : headline;
}
