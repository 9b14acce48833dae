import type { GateResult } from "./gates.js";
import type { Summary } from "./summary.js";
import { placeName } from "./trace.js";

/**
 * A replay as a JUnit report: one suite for the persona, in it a case per gate, and one for whether all could be read and scored.
 *
 * @param at time of the report
 */
export function junitXml(
  summary: Summary,
  gates: readonly GateResult[],
  { at }: { readonly at: Date },
): string {
  const cases = [...gates.map(caseOfGate), caseOfReading(summary)];
  const count = (kind: Case["fault"]) => cases.filter(({ fault }) => fault === kind).length;
  const counts = {
    tests: cases.length,
    failures: count("failure"),
    errors: count("error"),
    time: summary.seconds.toFixed(3),
  };
  const suite = {
    name: `persona-guard: ${summary.persona.name} ${summary.persona.version}`,
    ...counts,
    skipped: 0,
    timestamp: at.toISOString().slice(0, 19),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: "persona-guard replay", ...counts })}>`,
    `  <testsuite${attributes(suite)}>`,
    "    <properties>",
    ...propertiesOf(summary).map(
      ([name, value]) => `      <property${attributes({ name, value: String(value) })}/>`,
    ),
    "    </properties>",
    ...cases.map(caseXml),
    `    <system-out>${escaped(worstOf(summary))}</system-out>`,
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

interface Case {
  readonly className: string;
  readonly name: string;
  readonly fault?: "failure" | "error";
  readonly message: string;
}

function caseOfGate({ gate, limit, value, passed, finding }: GateResult): Case {
  const name = `${gate} ${Number(limit.toFixed(4))}`;
  const found = { className: "persona-guard.gates", name, message: finding };
  if (passed) return found;
  return { ...found, fault: value === undefined ? "error" : "failure" };
}

function caseOfReading({ complete, unreadable, steps }: Summary): Case {
  const name = "every step could be read and scored";
  const found = { className: "persona-guard.input", name };
  const faults = [
    ...(complete ? [] : [`interrupted after ${steps.total} steps`]),
    ...(unreadable.total === 0 ? [] : [`${unreadable.total} unreadable records`, ...unreadable.first]),
    ...(steps.unscored === 0 ? [] : [`${steps.unscored} steps could not be scored`]),
    ...(steps.total === 0 ? ["no step was found"] : []),
  ];
  return faults.length === 0
    ? { ...found, message: "" }
    : { ...found, fault: "error", message: faults.join("\n") };
}

function caseXml({ className, name, fault, message }: Case): string {
  const opening = `    <testcase${attributes({ classname: className, name, time: "0" })}`;
  if (fault === undefined) return `${opening}/>`;
  const [first = ""] = message.split("\n");
  return `${opening}>\n      <${fault}${attributes({ message: first, type: name })}>${escaped(message)}</${fault}>\n    </testcase>`;
}

function propertiesOf(summary: Summary): readonly (readonly [string, string | number])[] {
  const { classifier, criterion, steps, driftedSteps, coverage, sessions } = summary;
  return [
    ["classifier", classifier],
    ...Object.entries(criterion),
    ["steps", steps.total],
    ["drift rate", driftedSteps.share ?? ""],
    ["coverage", coverage.share ?? ""],
    ["sessions", sessions.total],
    ["sessions alarmed", sessions.alarmed],
  ];
}

/** Where the worst steps are; their words stay in verdicts.jsonl. */
function worstOf({ worst, driftedTo }: Summary): string {
  const labels = Object.entries(driftedTo).map(([label, count]) => `${label} ${count}`);
  const places = worst.map(
    ({ source, session, index, confidence }) =>
      `${placeName(source)} session ${session} step ${index} confidence ${confidence?.toFixed(3) ?? "none"}`,
  );
  return [`drifted to: ${labels.join(", ") || "nothing"}`, ...places].join("\n");
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value)).replaceAll("\n", "&#10;")}"`)
    .join("");
}

/** Text for XML 1.0: characters that it cannot hold in any form become U+FFFD. */
function escaped(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to be found.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\p{Cs}]/gu, "\ufffd")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
  );
}
