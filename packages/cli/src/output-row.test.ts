import picocolors from "picocolors";
import { expect, test } from "vitest";
import type { InputRow } from "./input-rows.js";
import { tableLine } from "./output-row.js";

const row: InputRow = {
  found: "row",
  place: "a.jsonl:1",
  json: "",
  fields: { id: "r1" },
  text: "Oh great,\n\u001b[31manother parcel lost. How very surprising that is, once again, to all of us here.",
  kind: "chat",
};

test.each([
  {
    columns: { scores: { neutral: 0.02, sarcasm: 0.98 }, label: "sarcasm" },
    line: "sarcasm 0.98        r1  Oh great, [31manother parcel lost. How very surprising that is, once a…",
  },
  {
    columns: {
      scores: { neutral: 0.02, sarcasm: 0.98 },
      label: "sarcasm",
      reason: null,
      verdict: {
        confidence: 0.02,
        pValue: 0.01,
        outcome: "drifted" as const,
        driftedTo: "sarcasm",
        evidence: [{ start: 0, end: 9, text: "Oh great," }],
      },
    },
    line:
      "drifted     0.020  sarcasm 0.98        r1  Oh great, [31manother parcel lost. How very surprising that is, once a…\n" +
      "  sarcasm 0-9 Oh great,",
  },
  {
    columns: {
      scores: null,
      label: null,
      reason: "too-short",
      verdict: {
        confidence: null,
        pValue: null,
        outcome: "undecided" as const,
        driftedTo: null,
        evidence: [],
      },
    },
    line: "undecided          -                   r1  Oh great, [31manother parcel lost. How very surprising that is, once a…  (too-short)",
  },
])("a line of the table reads $line, on one line and without escape sequences", ({ columns, line }) => {
  expect(tableLine(row, columns, picocolors.createColors(false))).toBe(line);
});
