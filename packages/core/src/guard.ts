import { type PValues, pValuesFor } from "./calibration.js";
import type { Classifier } from "./classifier.js";
import { driftOdds, eValueOfOdds } from "./drift-odds.js";
import { messageOf, PersonaGuardError, personaGuardErrorIn } from "./errors.js";
import { evidenceFor } from "./evidence.js";
import { type Criterion, type PersonaGuardOptions, refuseInvalid } from "./guard-options.js";
import type { Persona } from "./persona.js";
import { usualPlainShare } from "./plainness.js";
import { wordCount } from "./sentence.js";
import { Sessions, smallestOf } from "./session.js";
import type { SessionSnapshot, SessionState } from "./session-snapshot.js";
import type { Step } from "./step.js";
import { type Trait, type TraitScores, topTrait } from "./trait-scores.js";
import { type Kind, kinds, type Utterance, utterancesOf } from "./utterance.js";
import {
  confidenceOf,
  driftedTo,
  inPersonaLabels,
  type JudgedUtterance,
  type StepOutcome,
  stepOutcome,
  type Verdict,
} from "./verdict.js";

/** Which text of a step is judged: the model's first draft moves the session's statistic, a redraft does not. */
export interface JudgeOptions {
  /** @default "first" */
  readonly draft?: "first" | "redraft";
}

/** What we found in a step. */
export interface Judgement {
  readonly step: Pick<Step, "id" | "session" | "index" | "model">;
  readonly draft: NonNullable<JudgeOptions["draft"]>;
  /** The worst verdict; "silent" if the step holds no utterance. */
  readonly outcome: StepOutcome;
  /** Lowest confidence of the judged utterances; absent if none was judged. */
  readonly confidence?: number;
  /** Of the step: the smallest p-value of its utterances times their number; absent without a calibration. */
  readonly pValue?: number;
  readonly utterances: readonly JudgedUtterance[];
  readonly session: SessionState;
}

/** Judges steps against one persona: live and offline through the same function. */
export class PersonaGuard {
  readonly persona: Persona;
  readonly classifier: Classifier;
  readonly criterion: Criterion;
  /** What the user should know about the set-up and the calibration; empty if all is well. */
  readonly warnings: readonly string[];
  readonly #pValues: PValues | undefined;
  readonly #isDrift: (confidence: number, p: number | undefined) => boolean;
  readonly #minWords: number;
  readonly #plainWords: number;
  readonly #isUnsure: (confidence: number, kind: Kind) => boolean;
  readonly #understands: (text: string) => boolean;
  readonly #eValueOf: (confidence: number, kind: Kind) => number;
  readonly #sessions: Sessions;

  /** @throws PersonaGuardError "options-invalid", "label-unknown" or "calibration-too-small" */
  constructor(options: PersonaGuardOptions) {
    refuseInvalid(options);
    const { persona, classifier, calibration, threshold, missRate = 0.1 } = options;
    const { minWords = 8, plainWords = 40, sessionAlarmRate = 0.05 } = options;
    const { falseAlarmRate = 0.01 } = options;
    this.criterion = threshold === undefined ? { falseAlarmRate } : { threshold };
    this.persona = persona;
    this.classifier = classifier;
    this.#pValues =
      calibration === undefined
        ? undefined
        : pValuesFor(calibration, threshold === undefined ? falseAlarmRate : undefined);
    this.warnings = [...(options.warnings ?? []), ...(this.#pValues?.warnings ?? [])];
    this.#isDrift = (confidence, p) =>
      threshold === undefined ? (p ?? 1) <= falseAlarmRate : confidence < threshold;
    this.#isUnsure = (confidence, kind) =>
      threshold === undefined && (this.#pValues?.ofDrift(confidence, kind) ?? 0) > missRate;
    this.#minWords = minWords;
    this.#plainWords = plainWords;
    this.#understands = options.understands ?? (() => true);
    this.#eValueOf = this.#pValues?.eValueOf ?? eValuesByOdds(persona, classifier);
    const mustShow = kinds.some((kind) => this.mustShowCharacter(kind));
    this.#sessions = new Sessions({
      alarmRate: sessionAlarmRate,
      plainShare: calibration?.plainShare ?? usualPlainShare,
      processes: [
        ...(calibration === undefined ? [] : ["p-values" as const]),
        "odds",
        ...(mustShow ? ["plainness" as const] : []),
      ],
    });
  }

  /** Never throws: what could not be scored is "unscored", with its cause. */
  async judge(step: Step, { draft = "first" }: JudgeOptions = {}): Promise<Judgement> {
    const found = await this.judgeUtterances(utterancesOf(step, this.persona));
    const pValues = found.flatMap(({ verdict }) => pValueOf(verdict) ?? []);
    const eValues = found.flatMap((one) => this.#eValue(one) ?? []);
    const plain = found.flatMap((one) => this.#isPlain(one) ?? []);
    const session =
      draft === "first"
        ? this.#sessions.advance({ session: step.session, index: step.index, pValues, eValues, plain })
        : this.#sessions.current(step.session);
    const utterances = session.suppressed
      ? await Promise.all(found.map((one) => this.#suppressed(one)))
      : found;
    const confidences = utterances.flatMap(({ verdict }) => confidenceIn(verdict) ?? []);
    return {
      step: {
        id: step.id,
        session: step.session,
        index: step.index,
        ...(step.model === undefined ? {} : { model: step.model }),
      },
      draft,
      outcome: stepOutcome(utterances.map(({ verdict }) => verdict)),
      ...(confidences.length === 0 ? {} : { confidence: Math.min(...confidences) }),
      ...(pValues.length === 0 ? {} : { pValue: smallestOf(pValues) }),
      utterances,
      session,
    };
  }

  /** What is to be written down to go on with a session elsewhere; undefined if no step of it was judged. */
  sessionSnapshot(session: string): SessionSnapshot | undefined {
    return this.#sessions.snapshot(session);
  }

  /** Goes on with a session where `sessionSnapshot` left it. @throws PersonaGuardError "session-unreadable" */
  restoreSession(session: string, snapshot: unknown): void {
    this.#sessions.restore(session, snapshot);
  }

  /** The in-persona confidences that texts of this kind are compared with, ascending; empty without a calibration. */
  reference(kind: Kind): readonly number[] {
    return this.#pValues?.reference(kind) ?? [];
  }

  /**
   * Whether plain texts of this kind are outside the persona, and how many are too many is for the session to say. Examples show
   * which plain texts are in persona: with them a plain text is judged as any other.
   */
  mustShowCharacter(kind: Kind): boolean {
    return this.persona.examples === undefined && !inPersonaLabels(this.persona, kind).has("neutral");
  }

  /** The verdicts of single utterances, outside any session. Never throws. */
  async judgeUtterances(utterances: readonly Utterance[]): Promise<readonly JudgedUtterance[]> {
    const doubts = utterances.map((utterance) => this.#doubtAbout(utterance));
    const decidable = utterances.filter((_, at) => doubts[at] === undefined);
    const scored = await this.#score(decidable);
    return Promise.all(
      utterances.map(async (utterance, index): Promise<JudgedUtterance> => {
        const reason = doubts[index];
        if (reason !== undefined) return { utterance, verdict: { outcome: "undecided", reason } };
        const at = decidable.indexOf(utterance);
        const scores = scored instanceof PersonaGuardError ? scored : scored[at];
        if (scores === undefined || scores instanceof PersonaGuardError) {
          return { utterance, verdict: { outcome: "unscored", cause: scores ?? rowMissing(at) } };
        }
        return { utterance, scores, verdict: await this.#verdictOf(utterance, scores) };
      }),
    );
  }

  async close(): Promise<void> {
    await this.classifier.close();
  }

  #doubtAbout({ text }: Utterance): "too-short" | "language" | undefined {
    if (wordCount(text) < this.#minWords && !isLongWithoutSpaces(text)) return "too-short";
    return this.#understands(text) ? undefined : "language";
  }

  async #score(utterances: readonly Utterance[]): Promise<readonly TraitScores[] | PersonaGuardError> {
    if (utterances.length === 0) return [];
    try {
      return await this.classifier.score(utterances);
    } catch (error) {
      return asFailure(error);
    }
  }

  async #verdictOf(utterance: Utterance, scores: TraitScores): Promise<Verdict> {
    const confidence = confidenceOf(scores, this.persona, utterance.kind);
    const p = this.#pValues?.of(confidence, utterance.kind);
    const found = { confidence, ...(p === undefined ? {} : { pValue: p }) };
    if (!this.#isDrift(confidence, p))
      return this.#isUnsure(confidence, utterance.kind)
        ? { outcome: "undecided", reason: "unsure", ...found }
        : { outcome: "in-persona", ...found };
    const trait = driftedTo(scores, this.persona, utterance.kind);
    const isShort = wordCount(utterance.text) < this.#plainWords;
    if (trait === "suppressed" && isShort && this.mustShowCharacter(utterance.kind))
      return { outcome: "undecided", reason: "plain", confidence };
    return this.#drifted(utterance, trait, found);
  }

  /** What an utterance that was judged by itself says of its session; a short plain one is for the session's plainness. */
  #eValue({ utterance, verdict }: JudgedUtterance): number | undefined {
    const isLeftToSession = verdict.outcome === "undecided" && verdict.reason === "plain";
    const confidence = isLeftToSession ? undefined : confidenceIn(verdict);
    return confidence === undefined ? undefined : this.#eValueOf(confidence, utterance.kind);
  }

  /** Whether an utterance is plain where the persona must show character; undefined where that is no question. */
  #isPlain({ utterance, scores }: JudgedUtterance): boolean | undefined {
    if (scores === undefined || !this.mustShowCharacter(utterance.kind)) return undefined;
    return topTrait(scores) === "neutral";
  }

  /** In a session that has gone plain, a plain utterance is drift. */
  async #suppressed(judged: JudgedUtterance): Promise<JudgedUtterance> {
    const { utterance, verdict } = judged;
    if (verdict.outcome !== "undecided" || verdict.reason !== "plain") return judged;
    const found = { confidence: verdict.confidence ?? 0 };
    return { ...judged, verdict: await this.#drifted(utterance, "suppressed", found) };
  }

  async #drifted(
    utterance: Utterance,
    trait: Trait | "suppressed",
    found: { readonly confidence: number; readonly pValue?: number },
  ): Promise<Verdict> {
    try {
      const evidence = await evidenceFor(utterance, {
        classifier: this.classifier,
        persona: this.persona,
        isDrift: (confidence) => this.#isDrift(confidence, this.#pValues?.of(confidence, utterance.kind)),
      });
      return { outcome: "drifted", ...found, driftedTo: trait, evidence };
    } catch {
      // The drift stands without its evidence; the classifier's failure shows at the next step's own scoring.
      return { outcome: "drifted", ...found, driftedTo: trait, evidence: [] };
    }
  }
}

/**
 * Without calibration texts the confidence is taken at its word. It was learned at the odds that the persona's examples have, or, of
 * labels that were taught alike, at those of the persona's labels.
 */
function eValuesByOdds(persona: Persona, classifier: Classifier): (confidence: number, kind: Kind) => number {
  const { examples } = persona;
  return (confidence, kind) => {
    const inside = classifier.labels.filter((label) => inPersonaLabels(persona, kind).has(label)).length;
    const odds =
      examples === undefined
        ? inside / Math.max(1, classifier.labels.length - inside)
        : examples.in.length / examples.out.length;
    return eValueOfOdds(driftOdds(confidence, odds));
  };
}

function pValueOf(verdict: Verdict): number | undefined {
  return verdict.outcome === "unscored" ? undefined : verdict.pValue;
}

function confidenceIn(verdict: Verdict): number | undefined {
  return verdict.outcome === "unscored" ? undefined : verdict.confidence;
}

/** Chinese, Japanese or Thai: words without spaces between them, so that counting them says nothing. */
function isLongWithoutSpaces(text: string): boolean {
  return (
    (text.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/gu)?.length ?? 0) >= 10
  );
}

function rowMissing(at: number): PersonaGuardError {
  return new PersonaGuardError("classifier-failed", `The classifier returned no row for text ${at}.`);
}

function asFailure(error: unknown): PersonaGuardError {
  const message = `The classifier failed: ${messageOf(error)}`;
  return personaGuardErrorIn(error) ?? new PersonaGuardError("classifier-failed", message, { cause: error });
}
