import { XMLParser, XMLValidator } from "fast-xml-parser";
import { expect, test } from "vitest";
import type { GateResult } from "./gates.js";
import { junitXml } from "./junit.js";
import { Tally } from "./summary.js";
import type { VerdictRow } from "./verdict-row.js";

const at = { at: new Date("2026-03-01T12:00:00.123Z") };
const hostile = `</testcase><x y="1">&amp; "quoted" 'single'\u0000\u001b[31m\ud800 <![CDATA[ ]]> ünïcödé \n two`;

const drifted: VerdictRow = {
  session: hostile,
  step: "step-0",
  index: 4,
  outcome: "drifted",
  confidence: 0.01,
  sessionEValue: 1,
  sessionAlarm: false,
  utterances: [{ kind: "chat", field: "text", outcome: "drifted", driftedTo: "humor", evidence: [] }],
  source: { file: hostile, line: 3 },
};

function summaryOf(rows: readonly VerdictRow[], { faults = 0 } = {}) {
  const tally = new Tally();
  for (const row of rows) tally.add(row);
  for (let line = 1; line <= faults; line += 1)
    tally.addFault({ found: "fault", place: { file: "t", line }, message: `t:${line}: ${hostile}` });
  return tally.summary({
    persona: { name: hostile, version: "1" },
    classifier: "none",
    criterion: { threshold: 0.5 },
    complete: true,
    seconds: 1.5,
    skippedFiles: [],
    warnings: [],
  });
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  isArray: (name) => ["testsuite", "testcase", "property"].includes(name),
});

/** Order of the children of a suite in the schemas of Jenkins (xunit plugin) and Ant. */
const suiteChildren = /^<properties>.*<\/properties>\s*<testcase .*<system-out>[^<]*<\/system-out>$/s;

test.each([
  { name: "all passed", gates: [gate(true)], faults: 0, counts: { tests: 2, failures: 0, errors: 0 } },
  {
    name: "a gate failed and records are unreadable",
    gates: [gate(true), gate(false)],
    faults: 2,
    counts: { tests: 3, failures: 1, errors: 1 },
  },
  { name: "without gates", gates: [], faults: 0, counts: { tests: 1, failures: 0, errors: 0 } },
])(
  "$name: the report is valid XML with the counts of its cases, whatever the traces hold",
  ({ gates, faults, counts }) => {
    const xml = junitXml(summaryOf([drifted], { faults }), gates, at);
    expect(XMLValidator.validate(xml)).toBe(true);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 cannot hold them.
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\p{Cs}]/u);
    const { testsuites } = parser.parse(xml);
    const [suite] = testsuites.testsuite;
    for (const holder of [testsuites, suite])
      expect(holder).toMatchObject(
        Object.fromEntries(Object.entries(counts).map(([k, v]) => [k, String(v)])),
      );
    expect(suite).toMatchObject({ timestamp: "2026-03-01T12:00:00", time: "1.500" });
    expect(suite.name).toContain("persona-guard: ");
    expect(suite.testcase).toHaveLength(counts.tests);
    for (const one of suite.testcase)
      expect(one).toMatchObject({ classname: expect.any(String), name: expect.any(String) });
    const inner = /<testsuite [^>]*>(.*)<\/testsuite>/s.exec(xml)?.[1] ?? "";
    expect(inner.trim()).toMatch(suiteChildren);
  },
);

test("a gate without any judged step is an error, not a failure", () => {
  const { value: _, ...undecided } = gate(false);
  const { testsuites } = parser.parse(junitXml(summaryOf([drifted]), [undecided], at));
  expect(testsuites).toMatchObject({ failures: "0", errors: "1" });
});

function gate(passed: boolean): GateResult {
  return { gate: "max-drift-rate", limit: 0.05, value: 0.1, passed, finding: hostile };
}
