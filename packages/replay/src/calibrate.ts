import {
  type Calibration,
  countUpTo,
  type Kind,
  kinds,
  type PersonaGuard,
  type TraitScores,
  textsNeededFor,
  topTrait,
  type Utterance,
} from "@persona-guard/core";
import { driftLimit } from "./drift-limit.js";
import { replay } from "./replay.js";
import { clusteredShareOf, type Share, shareOf } from "./share.js";
import type { TracedStep } from "./trace.js";

/** A kind with fewer texts is compared with all kinds together, as the guard does. */
const fewestPerKind = 30;
/** Farthest below the rest that a text of good traces may lie, in modified z-scores of its log-odds (Iglewicz and Hoaglin, 1993). */
const outlierScore = 3.5;
/** A text that is in persona more likely than not is no outlier, however alike the others are. */
const outlierConfidence = 0.5;

/** A text of good traces, with what the classifier is sure of. */
export interface CalibrationSample {
  readonly traced: TracedStep;
  readonly utterance: Utterance;
  readonly scores: TraitScores;
  readonly kind: Kind;
  readonly session: string;
  readonly confidence: number;
}

export interface CalibrationSamples {
  /** What new texts are to be compared with. */
  readonly samples: readonly CalibrationSample[];
  /** Of a persona that must show character: its plain texts, which are for the session to judge. */
  readonly plain: Share;
  readonly steps: number;
  /** Utterances that were too short, of another language, or not scored. */
  readonly leftOut: number;
}

/** Scores the utterances of traces that are known to be good. @param guard one whose threshold calls nothing drifted */
export async function calibrationSamples(
  steps: AsyncIterable<TracedStep>,
  { guard, signal }: { readonly guard: PersonaGuard; readonly signal: AbortSignal },
): Promise<CalibrationSamples> {
  const samples: CalibrationSample[] = [];
  let [stepCount, leftOut, plain, shown] = [0, 0, 0, 0];
  for await (const { traced, judgement } of replay(steps, { guard, signal })) {
    stepCount += 1;
    for (const { utterance, scores, verdict } of judgement.utterances) {
      const { kind } = utterance;
      const confidence = verdict.outcome === "unscored" ? undefined : verdict.confidence;
      if (scores === undefined || confidence === undefined) {
        leftOut += 1;
        continue;
      }
      const mustShow = guard.mustShowCharacter(kind);
      if (mustShow && topTrait(scores) === "neutral") {
        plain += 1;
        continue;
      }
      if (mustShow) shown += 1;
      samples.push({ traced, utterance, scores, kind, session: traced.step.session, confidence });
    }
  }
  return { samples, plain: shareOf(plain, plain + shown), steps: stepCount, leftOut };
}

/** The calibration that the samples make. */
export function calibrationOf({ samples, plain }: CalibrationSamples): Calibration {
  const ofKind = (kind: Kind) =>
    samples
      .filter((sample) => sample.kind === kind)
      .map(({ confidence }) => confidence)
      .sort((a, b) => a - b);
  // The upper end of its interval, so that a short sample does not promise too much; bounded so that all plain is still drift.
  const plainShare =
    plain.high === undefined ? {} : { plainShare: Math.min(0.8, Math.max(0.05, plain.high)) };
  return {
    confidences: {
      chat: ofKind("chat"),
      email: ofKind("email"),
      message: ofKind("message"),
      report: ofKind("report"),
    },
    ...plainShare,
  };
}

/** What the samples of one kind can promise. */
export interface KindPromise {
  readonly kind: Kind;
  readonly texts: number;
  readonly sessions: number;
  /** Whether the kind is too small and is compared with all kinds together. */
  readonly pooled: boolean;
  /** Smallest false-alarm rate that can be told from 0. */
  readonly smallestRate: number;
  /** Confidence below which a text counts as drift at the wanted rate; undefined if the sample cannot support it. */
  readonly threshold: number | undefined;
  /** Share called drifted when each session is compared with all the others, its interval widened for texts that go together. */
  readonly achieved: Share;
}

export interface CalibrationQuality {
  readonly kinds: readonly KindPromise[];
  readonly all: Share;
  /** What would have been called drift, each session compared with the others; lowest confidence first. */
  readonly wouldDrift: readonly CalibrationSample[];
  /** Texts so far from the rest that they may not belong to good traces; lowest confidence first. */
  readonly suspects: readonly CalibrationSample[];
}

/**
 * What a calibration by these samples can promise at a false-alarm rate, by leave-one-session-out: a text's p-value is taken
 * against the texts of every other session (of every other text where there is only one session).
 *
 * @param rate in (0, 1)
 * @see Vovk, Cross-conformal predictors, Annals of Mathematics and Artificial Intelligence 74 (2015)
 */
export function calibrationQuality(samples: readonly CalibrationSample[], rate: number): CalibrationQuality {
  const present = kinds.filter((kind) => samples.some((sample) => sample.kind === kind));
  const needed = textsNeededFor(rate);
  const wouldDrift: CalibrationSample[] = [];
  const promises = present.map((kind): KindPromise => {
    const own = samples.filter((sample) => sample.kind === kind);
    const pooled = own.length < Math.max(fewestPerKind, needed);
    const reference = pooled ? samples : own;
    const drifted = driftedAmong(own, reference, rate);
    wouldDrift.push(...drifted);
    return {
      kind,
      texts: own.length,
      sessions: new Set(own.map(({ session }) => session)).size,
      pooled,
      smallestRate: 1 / (reference.length + 1),
      threshold: driftLimit(rate, ascendingOf(reference)),
      achieved: shareBySession(own, new Set(drifted)),
    };
  });
  return {
    kinds: promises,
    all: shareBySession(samples, new Set(wouldDrift)),
    wouldDrift: wouldDrift.sort(byConfidence),
    suspects: present
      .flatMap((kind) => outliers(samples.filter((sample) => sample.kind === kind)))
      .sort(byConfidence),
  };
}

/** Those of `own` whose p-value against the other sessions of `reference` is at most the rate. */
function driftedAmong(
  own: readonly CalibrationSample[],
  reference: readonly CalibrationSample[],
  rate: number,
): readonly CalibrationSample[] {
  const bySession = sessionsOf(reference);
  const all = ascendingOf(reference);
  const ofSession = new Map([...bySession].map(([session, texts]) => [session, ascendingOf(texts)] as const));
  return own.filter(({ confidence, session }) => {
    const left =
      bySession.size === 1 ? Float64Array.of(confidence) : (ofSession.get(session) ?? new Float64Array());
    const others = all.length - left.length;
    const below = countUpTo(confidence, all) - countUpTo(confidence, left);
    return (1 + below) / (others + 1) <= rate;
  });
}

function outliers(samples: readonly CalibrationSample[]): readonly CalibrationSample[] {
  const middle = medianOf(samples.map(logOdds));
  const spread = medianOf(samples.map((sample) => Math.abs(logOdds(sample) - middle)));
  return samples.filter(
    (sample) =>
      sample.confidence < outlierConfidence && 0.6745 * (middle - logOdds(sample)) > outlierScore * spread,
  );
}

function logOdds({ confidence }: CalibrationSample): number {
  const bounded = Math.min(1 - 1e-6, Math.max(1e-6, confidence));
  return Math.log(bounded / (1 - bounded));
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function shareBySession(
  samples: readonly CalibrationSample[],
  drifted: ReadonlySet<CalibrationSample>,
): Share {
  return clusteredShareOf(
    [...sessionsOf(samples).values()].map((texts) => ({
      count: texts.filter((text) => drifted.has(text)).length,
      of: texts.length,
    })),
  );
}

function sessionsOf(
  samples: readonly CalibrationSample[],
): ReadonlyMap<string, readonly CalibrationSample[]> {
  const found = new Map<string, CalibrationSample[]>();
  for (const sample of samples) {
    const known = found.get(sample.session);
    if (known === undefined) found.set(sample.session, [sample]);
    else known.push(sample);
  }
  return found;
}

function byConfidence(a: CalibrationSample, b: CalibrationSample): number {
  return a.confidence - b.confidence;
}

function ascendingOf(samples: readonly CalibrationSample[]): Float64Array {
  return Float64Array.from(samples, ({ confidence }) => confidence).sort();
}
