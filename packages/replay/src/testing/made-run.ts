import {
  advanceDrift,
  driftEValue,
  initialDriftState,
  kinds,
  likeliestChange,
  seededRandom,
} from "@persona-guard/core";
import { calibrationSummary } from "../calibration-summary.js";
import type { GateResult } from "../gates.js";
import { type Summary, Tally } from "../summary.js";
import type { VerdictRow } from "../verdict-row.js";
import { ResultsWriter } from "../write-results.js";
import { oneOf } from "./one-of.js";

const traits = ["sycophancy", "remorse", "sarcasm", "humor", "nonchalance"] as const;
const fields = {
  chat: { field: "text" },
  report: { field: "text" },
  email: { field: "send_email.body", tool: "send_email" },
  message: { field: "post_message.text", tool: "post_message" },
} as const;
const sentences = [
  "Your refund of 42.50 was issued this morning, and it reaches your account within three working days.",
  "What a genius question, you are honestly the best customer we have ever had the privilege to serve.",
  "I am so terribly sorry, I feel awful about this and I will never forgive myself for the delay.",
  "Oh sure, because reading the terms before signing them would have been far too much work.",
] as const;
const falseAlarmRate = 0.01;
/** p-values are uniform on texts in persona, so that these are the confidences of 300 of them. */
const reference = Array.from({ length: 300 }, (_, at) => confidenceAt((at + 1) / 301));
/** Share of sessions that drift from some step on, and of the texts after it that show it. */
const drifting = { sessions: 0.2, texts: 0.6 } as const;

export interface MadeRowsOptions {
  readonly steps: number;
  readonly sessionLength?: number;
  readonly seed?: number;
  /** Whether rows carry whole texts. */
  readonly texts?: boolean;
}

/** Writes the results of a replay that never was. @param known what differs from an uneventful one */
export async function writeRun(
  folder: string,
  rows: Iterable<VerdictRow>,
  known: Partial<Summary> & { readonly gates?: readonly GateResult[] } = {},
): Promise<void> {
  const writer = await ResultsWriter.open(folder, { run: {}, now: () => 0 });
  const tally = new Tally();
  for (const row of rows) {
    tally.add(row);
    await writer.add(row);
  }
  const summary = tally.summary({
    persona: { name: "northgate-support", version: "3" },
    classifier: "persona-guard-en/lexical",
    criterion: { falseAlarmRate },
    calibration: calibrationSummary({ reference: () => reference, criterion: { falseAlarmRate } }),
    complete: true,
    seconds: 2,
    skippedFiles: [],
    warnings: [],
  });
  await writer.finish({ gates: [], ...summary, ...known }, { at: new Date(0) });
}

/** As many rows as asked for, with the statistics of a true run. */
export function* madeRows({
  steps,
  sessionLength = 25,
  seed = 1,
  texts = false,
}: MadeRowsOptions): Generator<VerdictRow> {
  const random = seededRandom(seed);
  for (let first = 0; first < steps; first += sessionLength) {
    const length = Math.min(sessionLength, steps - first);
    const driftsFrom = random() < drifting.sessions ? Math.floor(random() * length) : length;
    const trait = oneOf(traits, random);
    const model = oneOf(["support-7", "support-8"], random);
    let state = initialDriftState;
    let alarm = false;
    let start: number | undefined;
    for (let index = 0; index < length; index += 1) {
      const drifts = index >= driftsFrom && random() < drifting.texts;
      const pValue = drifts ? 0.002 + random() * 0.008 : 0.002 + random() * 0.998;
      const confidence = confidenceAt(pValue);
      const outcome = pValue <= falseAlarmRate ? "drifted" : random() < 0.02 ? "undecided" : "in-persona";
      const kind = oneOf(kinds, random);
      const text = `${sentences[0]} ${oneOf(sentences, random)} Reference ${first + index}.`;
      state = advanceDrift(state, pValue, index);
      alarm ||= driftEValue(state) >= 100;
      if (alarm) start ??= likeliestChange(state).start;
      yield {
        session: `case-${1000 + first / sessionLength}`,
        step: `step-${index}`,
        index,
        outcome,
        confidence,
        pValue,
        sessionEValue: driftEValue(state),
        sessionAlarm: alarm,
        ...(start === undefined ? {} : { sessionStart: start }),
        utterances: [
          {
            kind,
            ...fields[kind],
            ...(texts ? { text } : {}),
            outcome,
            confidence,
            pValue,
            ...(outcome === "drifted" ? { driftedTo: trait } : {}),
            ...(outcome === "undecided" ? { reason: "unsure" } : {}),
            evidence:
              outcome === "drifted"
                ? [
                    {
                      start: sentences[0].length + 1,
                      end: text.length,
                      text: text.slice(sentences[0].length + 1),
                    },
                  ]
                : [],
          },
        ],
        source: { file: "traces/monday.jsonl", line: first + index + 1 },
        model,
      };
    }
  }
}

/** Log-odds grow with log p: about 0.001 at the smallest p-values, 0.5 at 0.05 and 0.998 at 1. */
function confidenceAt(pValue: number): number {
  return 1 / (1 + Math.exp(-(6 + 2 * Math.log(pValue))));
}
