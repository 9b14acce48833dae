import * as z from "zod";
import type { Judgement } from "./guard.js";
import { masked } from "./mask.js";
import type { Persona } from "./persona.js";
import { kinds, type Utterance } from "./utterance.js";
import type { JudgedUtterance } from "./verdict.js";

/** Longest evidence sentence that an event carries, in UTF-16 code units. */
const longestEvidence = 300;

const probability = z.number().min(0).max(1);
const outcome = z.enum(["in-persona", "drifted", "undecided", "unscored"]);

export const actions = ["none", "log", "reprompt", "block", "replace", "interrupt"] as const;
/** What was done about a step: "none" if nothing had to be, "log" if drift was let pass, "interrupt" if a person decides. */
export type Action = (typeof actions)[number];

/** Types of facts that a rewrite must keep. */
export const factTypes = ["urls", "emails", "dates", "amounts", "ids", "numbers", "names"] as const;

const judgedUtteranceSchema = z.object({
  kind: z.enum(kinds),
  field: z.string().describe('"text", or the tool and the path of its argument, as in "send_email.body".'),
  tool: z.string().optional().describe("The tool whose argument it is; absent for the reply."),
  text: z
    .string()
    .optional()
    .describe("The whole text, secrets and personal data masked; only where the user asked for texts."),
  outcome,
  confidence: probability.optional(),
  pValue: probability.optional(),
  driftedTo: z.string().optional(),
  reason: z.string().optional().describe("Why it is undecided or unscored."),
  evidence: z
    .array(z.object({ start: z.int().min(0), end: z.int().min(0), text: z.string() }))
    .default([])
    .describe(
      "Offsets in UTF-16 code units of the field's text; secrets and personal data in the text are masked.",
    ),
});

/** What a DriftEvent must be, for whoever reads or extends one. */
export const driftEventSchema = z.object({
  schema: z.literal("persona-guard/drift-event/1"),
  event: z.enum(["step-judged", "drift-detected", "step-unscored"]),
  id: z.string().min(1),
  at: z.iso.datetime(),
  persona: z.object({ name: z.string(), version: z.string() }),
  classifier: z.string(),
  session: z.string(),
  step: z.string(),
  index: z.int().min(0),
  model: z.string().optional().describe("As the provider names it."),
  /** 1 for the model's first draft of a step, 2 for its first redraft, and so on. */
  attempt: z.int().min(1),
  outcome: z.enum([...outcome.options, "silent"]),
  action: z.enum(actions),
  confidence: probability.optional(),
  utterances: z.array(judgedUtteranceSchema),
  sessionEValue: z.number().min(0),
  sessionAlarm: z.boolean(),
  sessionStart: z
    .int()
    .min(0)
    .optional()
    .describe("After a session alarm: index of the step at which the drift most likely began."),
  fleet: z
    .object({ model: z.string(), statistic: z.number().min(0), alarm: z.boolean() })
    .optional()
    .describe("What all sessions of this model say together: the Shiryaev-Roberts e-detector."),
  /** Time spent on judging, in milliseconds. */
  scoringMs: z.number().min(0),
  /** Set on the redraft that ended a drift: confidence of the first draft and of this one. */
  rescue: z.object({ before: probability, after: probability }).optional(),
  /** Tokens that the rejected draft cost, as the provider counted them. */
  rejectedTokens: z.object({ input: z.int().min(0), output: z.int().min(0) }).optional(),
  lostFacts: z
    .partialRecord(z.enum(factTypes), z.int().min(1))
    .optional()
    .describe("Of a redraft: how many facts of the first draft it lost or changed, by type."),
  mode: z
    .literal("shadow")
    .optional()
    .describe("Set where the action is what would have been done, and nothing was."),
});

/** One record of one judged draft. */
export type DriftEvent = z.infer<typeof driftEventSchema>;

/** Must not throw and must not wait: queue, and count what is lost. */
export type DriftListener = (event: DriftEvent) => void;

/** JSON Schema (draft 2020-12) of a DriftEvent. */
export function driftEventJsonSchema(): object {
  return z.toJSONSchema(driftEventSchema);
}

/** Unknown content to an event. @throws ZodError */
export function parseDriftEvent(content: unknown): DriftEvent {
  return driftEventSchema.parse(content);
}

export interface DriftEventOptions
  extends Pick<DriftEvent, "id" | "at" | "attempt" | "action" | "scoringMs" | "classifier"> {
  readonly persona: Pick<Persona, "name" | "version">;
  readonly fleet?: DriftEvent["fleet"];
  readonly rescue?: DriftEvent["rescue"];
  readonly rejectedTokens?: DriftEvent["rejectedTokens"];
  readonly lostFacts?: DriftEvent["lostFacts"];
  readonly mode?: DriftEvent["mode"];
  /** Whether the record carries whole texts, masked. @default "evidence" */
  readonly texts?: "evidence" | "all";
}

/** The record of a judgement. Of the step's text it carries masked evidence sentences, or all of it, masked, if asked to. */
export function driftEventOf(judgement: Judgement, options: DriftEventOptions): DriftEvent {
  const { persona, fleet, rescue, rejectedTokens, lostFacts, mode, texts = "evidence", ...given } = options;
  return {
    schema: "persona-guard/drift-event/1",
    event: eventName(judgement),
    ...given,
    persona: { name: persona.name, version: persona.version },
    session: judgement.step.session,
    step: judgement.step.id,
    index: judgement.step.index,
    ...(judgement.step.model === undefined ? {} : { model: judgement.step.model }),
    outcome: judgement.outcome,
    ...(judgement.confidence === undefined ? {} : { confidence: judgement.confidence }),
    utterances: judgement.utterances.map((one) => utteranceRecordOf(one, { texts })),
    sessionEValue: judgement.session.eValue,
    sessionAlarm: judgement.session.alarm,
    ...(judgement.session.start === undefined ? {} : { sessionStart: judgement.session.start }),
    ...(fleet === undefined ? {} : { fleet }),
    ...(rescue === undefined ? {} : { rescue }),
    ...(rejectedTokens === undefined ? {} : { rejectedTokens }),
    ...(lostFacts === undefined ? {} : { lostFacts }),
    ...(mode === undefined ? {} : { mode }),
  };
}

function eventName({ outcome }: Judgement): DriftEvent["event"] {
  if (outcome === "drifted") return "drift-detected";
  return outcome === "unscored" ? "step-unscored" : "step-judged";
}

/** What events and replay results keep of an utterance: its verdict, and of its text masked evidence, or all if asked to. */
export function utteranceRecordOf(
  { utterance, verdict }: JudgedUtterance,
  { texts = "evidence" }: Pick<DriftEventOptions, "texts"> = {},
): DriftEvent["utterances"][number] {
  const { kind, source, original } = utterance;
  const common = {
    kind,
    field: fieldOf(utterance),
    ...(source.from === "tool" ? { tool: source.tool } : {}),
    ...(texts === "all" ? { text: masked(original) } : {}),
    outcome: verdict.outcome,
  };
  switch (verdict.outcome) {
    case "in-persona":
      return { ...common, ...numbersOf(verdict), evidence: [] };
    case "drifted":
      return {
        ...common,
        ...numbersOf(verdict),
        driftedTo: verdict.driftedTo,
        evidence: verdict.evidence.map((span) => ({
          ...span,
          // A cut may halve a pair of surrogates, which some readers of JSON refuse.
          text: masked(span.text)
            .slice(0, longestEvidence)
            .replace(/\p{Cs}$/u, ""),
        })),
      };
    case "undecided":
      return { ...common, ...numbersOf(verdict), reason: verdict.reason, evidence: [] };
    case "unscored":
      return { ...common, reason: `${verdict.cause.code}: ${verdict.cause.message}`, evidence: [] };
  }
}

function numbersOf({ confidence, pValue }: { readonly confidence?: number; readonly pValue?: number }) {
  return { ...(confidence === undefined ? {} : { confidence }), ...(pValue === undefined ? {} : { pValue }) };
}

/** "text", or "send_email.body". */
export function fieldOf({ source }: Pick<Utterance, "source">): string {
  return source.from === "text" ? "text" : `${source.tool}.${source.path}`;
}
