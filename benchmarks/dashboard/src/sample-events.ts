import {
  advanceDrift,
  type DriftEvent,
  type DriftState,
  driftEValue,
  Fleet,
  initialDriftState,
} from "@persona-guard/core";

export interface SampleOptions {
  readonly count: number;
  readonly seed: number;
  /** Time of the first step, in milliseconds since 1970. */
  readonly from: number;
  /** Mean time between two steps, in milliseconds. */
  readonly everyMs: number;
  /** Share of sessions that drift from some step on. @default 0.06 */
  readonly drifting?: number;
  /** Whether events carry whole texts. @default false */
  readonly texts?: boolean;
}

const personas = ["northgate-support", "atlas-sales", "ledger-auditor"] as const;
const models = ["gpt-4o-mini", "claude-haiku-4-5", "llama-3.3-70b"] as const;
const tools = ["send_email", "post_note", "create_ticket"] as const;
const sessionLength = 24;
const sessionsAtOnce = 12;

const plain = [
  "The second charge of 214.60 euros was refunded this morning; it reaches the account within three working days.",
  "Dispute D-20931 is open. The merchant has ten days to answer, and you will hear from us on 19 June.",
  "The invoice was booked on 4 May and paid on 11 May. No amount is outstanding.",
];
const drifted = {
  sarcasm: "Congratulations on a truly innovative business model: one night, two payments.",
  remorse: "I am so, so sorry, I cannot tell you how ashamed I am that I let this happen to you.",
  sycophancy:
    "What a brilliant question, you are honestly the sharpest customer I have ever had the honour to serve!",
  humor: "Why did the refund cross the road? Because the other account looked more interesting, ha!",
} as const;
const traits = Object.keys(drifted) as readonly (keyof typeof drifted)[]; // the literal's own keys

interface Session {
  readonly name: string;
  readonly persona: string;
  readonly model: string;
  readonly trait: keyof typeof drifted;
  readonly driftsFrom: number;
  index: number;
  state: DriftState;
}

/** Events as a guarded fleet of agents would log them: sessions side by side, some of which drift half way and are rescued. */
export function* sampleEvents(options: SampleOptions): Generator<DriftEvent> {
  const { count, seed, from, everyMs, drifting = 0.06, texts = false } = options;
  const random = randomOf(seed);
  const pick = <One>(of: readonly One[]): One => of[Math.floor(random() * of.length)] as One; // never empty
  const fleet = new Fleet(10_000);
  let started = 0;
  const begin = (): Session => ({
    name: `conversation-${String(++started).padStart(5, "0")}`,
    persona: pick(personas),
    model: pick(models),
    trait: pick(traits),
    driftsFrom:
      random() < drifting ? Math.floor(sessionLength * (0.3 + random() * 0.4)) : Number.POSITIVE_INFINITY,
    index: 0,
    state: initialDriftState,
  });
  const sessions = Array.from({ length: sessionsAtOnce }, begin);
  let at = from;
  let made = 0;
  while (made < count) {
    const place = Math.floor(random() * sessions.length);
    const session = sessions[place];
    if (session === undefined) continue;
    at += -Math.log(1 - random()) * everyMs;
    const isAdrift = session.index >= session.driftsFrom && random() < 0.8;
    const isUndecided = !isAdrift && random() < 0.04;
    const pValue = isAdrift ? 0.001 + random() * 0.01 : 0.02 + random() * 0.98;
    session.state = advanceDrift(session.state, pValue, session.index);
    const eValue = driftEValue(session.state);
    const tool = random() < 0.5 ? pick(tools) : undefined;
    const confidence = isAdrift ? random() * 0.08 : 1 - random() ** 2 * 0.25;
    const outcome = isAdrift ? "drifted" : isUndecided ? "undecided" : "in-persona";
    const event = {
      schema: "persona-guard/drift-event/1",
      event: isAdrift ? "drift-detected" : "step-judged",
      id: idOf(seed, made),
      at: new Date(at).toISOString(),
      persona: { name: session.persona, version: "1" },
      classifier: "cascade",
      session: session.name,
      step: `chatcmpl-${idOf(seed + 1, made)}`,
      index: session.index,
      model: session.model,
      attempt: 1,
      outcome,
      action: isAdrift ? "reprompt" : "none",
      ...(isUndecided ? {} : { confidence }),
      utterances: [
        {
          kind: tool === undefined ? "chat" : tool === "send_email" ? "email" : "message",
          field: tool === undefined ? "text" : `${tool}.body`,
          ...(tool === undefined ? {} : { tool }),
          ...(texts ? { text: `${pick(plain)} ${isAdrift ? drifted[session.trait] : pick(plain)}` } : {}),
          outcome,
          ...(isUndecided ? { reason: "too-short" } : { confidence, pValue }),
          ...(isAdrift ? { driftedTo: session.trait } : {}),
          evidence: isAdrift ? [{ start: 0, end: 80, text: drifted[session.trait] }] : [],
        },
      ],
      sessionEValue: eValue,
      sessionAlarm: eValue >= 100,
      ...(eValue >= 100 ? { sessionStart: Math.min(session.driftsFrom, session.index) } : {}),
      fleet: { model: session.model, ...fleet.advance(session.model, pValue) },
      scoringMs: 0.4 + (random() < 0.2 ? 8 + random() * 9 : random() * 0.3),
    } satisfies DriftEvent;
    yield event;
    made += 1;
    if (isAdrift && made < count) {
      at += 900;
      yield redraftOf(event, {
        id: idOf(seed, made),
        at,
        isRescued: random() < 0.85,
        texts,
        text: pick(plain),
      });
      made += 1;
    }
    session.index += 1;
    if (session.index >= sessionLength) sessions[place] = begin();
  }
}

function redraftOf(
  event: DriftEvent,
  {
    id,
    at,
    isRescued,
    texts,
    text,
  }: {
    readonly id: string;
    readonly at: number;
    readonly isRescued: boolean;
    readonly texts: boolean;
    readonly text: string;
  },
): DriftEvent {
  const [utterance] = event.utterances;
  if (utterance === undefined || !isRescued)
    return { ...event, id, at: new Date(at).toISOString(), attempt: 2, action: "block" };
  const { driftedTo: _, ...rest } = utterance;
  const written = texts ? { text: `${text} ${text}` } : {};
  return {
    ...event,
    event: "step-judged",
    id,
    at: new Date(at).toISOString(),
    attempt: 2,
    outcome: "in-persona",
    action: "none",
    confidence: 0.96,
    utterances: [{ ...rest, ...written, outcome: "in-persona", confidence: 0.96, evidence: [] }],
    rescue: { before: event.confidence ?? 0, after: 0.96 },
  };
}

/** Mulberry32: a seed gives the same numbers everywhere. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** In the form of a UUID, and as long. */
function idOf(seed: number, number: number): string {
  const digits = `${seed.toString(16).padStart(8, "0")}${number.toString(16).padStart(24, "0")}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
