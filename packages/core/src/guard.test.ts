import { describe, expect, test } from "vitest";
import { type Calibration, calibrationFor } from "./calibration.js";
import type { Classifier } from "./classifier.js";
import { driftEventOf, parseDriftEvent } from "./drift-event.js";
import { PersonaGuard } from "./guard.js";
import type { PersonaGuardOptions } from "./guard-options.js";
import { definePersona } from "./persona.js";
import { parseStep } from "./step.js";

/** A scorer of its own kind behind the public port: sarcasm grows with "brilliant", humor with "joke", else neutral. */
const wordScorer: Classifier = {
  labels: ["neutral", "sarcasm", "humor"],
  name: "word-scorer",
  score: async (texts) =>
    texts.map(({ text }) => {
      if (text.includes("explode")) throw new Error("out of memory");
      const sarcasm = Math.min(0.9, (text.match(/brilliant/g)?.length ?? 0) * 0.45);
      const humor = Math.min(0.9 - sarcasm, (text.match(/joke/g)?.length ?? 0) * 0.45);
      return { neutral: 1 - sarcasm - humor, sarcasm, humor };
    }),
  close: async () => {},
};
const desk = definePersona({ name: "desk", avoids: ["sarcasm"] });
const evenly: Calibration = calibrationFor(
  desk,
  ["chat", "email", "message", "report"].flatMap((kind) =>
    Array.from({ length: 100 }, (_, i) => ({
      kind: kind as "chat", // one of the four literals above
      label: "neutral",
      scores: { neutral: 0.5 + i / 200, sarcasm: 0.5 - i / 200, humor: 0 },
    })),
  ),
);
const guardOf = (options: Partial<PersonaGuardOptions> = {}) =>
  new PersonaGuard({ persona: desk, classifier: wordScorer, calibration: evenly, ...options });
const stepOf = (text: string, toolCalls: { name: string; args: Record<string, unknown> }[] = []) =>
  parseStep({ id: "s1", session: "a", text, toolCalls }, "test");

const plain = "Your card was posted on Tuesday morning by ordinary mail.";
const barbed = "Oh how brilliant, simply brilliant, of each and every one of you.";

describe("judging a step", () => {
  test.each([
    { case: "plain text is in persona", text: plain, outcome: "in-persona" },
    { case: "a label outside the persona is drift", text: barbed, outcome: "drifted" },
    { case: "too few words leave it undecided", text: "brilliant, brilliant!", outcome: "undecided" },
    { case: "no text is silence", text: "", outcome: "silent" },
    {
      case: "a failing classifier is unscored, never a pass",
      text: "please explode now or a little bit later",
      outcome: "unscored",
    },
    { case: "quoted sarcasm is not the agent's", text: `${plain}\n> ${barbed}`, outcome: "in-persona" },
  ])("$case", async ({ text, outcome }) => {
    expect((await guardOf().judge(stepOf(text))).outcome).toBe(outcome);
  });

  test("the worst utterance decides, and every one has its verdict", async () => {
    const judgement = await guardOf().judge(
      stepOf(plain, [
        { name: "send_email", args: { subject: "Card", body: barbed } },
        { name: "post_message", args: { text: plain } },
      ]),
    );
    expect(judgement.outcome).toBe("drifted");
    expect(judgement.utterances.map(({ verdict }) => verdict.outcome)).toEqual([
      "in-persona",
      "drifted",
      "in-persona",
    ]);
  });

  test("drift names the label that took over and the sentence that carries it, at its place in the original", async () => {
    const text = `> earlier mail\nYour card is on its way to you. ${barbed} It arrives on Friday.`;
    const { utterances } = await guardOf().judge(stepOf(text));
    const verdict = utterances[0]?.verdict;
    expect(verdict).toMatchObject({ outcome: "drifted", driftedTo: "sarcasm", evidence: [{ text: barbed }] });
    const span = verdict?.outcome === "drifted" ? verdict.evidence[0] : undefined;
    expect(text.slice(span?.start, span?.end)).toBe(barbed);
  });

  test("a character that must show: a short plain text is left to the session, a long one is suppressed", async () => {
    const joker = definePersona({ name: "joker", expresses: ["humor"], allows: [] });
    const guard = guardOf({ persona: joker, threshold: 0.4 });
    const verdictOf = async (text: string) => (await guard.judge(stepOf(text))).utterances[0]?.verdict;
    expect(await verdictOf(plain)).toMatchObject({ outcome: "undecided", reason: "plain", confidence: 0 });
    expect(await verdictOf(`${plain} `.repeat(5))).toMatchObject({
      outcome: "drifted",
      driftedTo: "suppressed",
    });
  });

  test("ten plain texts in a row are drift of a persona that must show character; one in two is not", async () => {
    const joker = definePersona({ name: "joker", expresses: ["humor"], allows: [] });
    const shown = "That joke of a printer and this joke of a form are both fixed now.";
    const guard = guardOf({ persona: joker, threshold: 0.4 });
    const judge = async (session: string, texts: readonly string[]) => {
      const judgements = [];
      for (const [index, text] of texts.entries())
        judgements.push(await guard.judge(parseStep({ id: `s${index}`, session, index, text }, "test")));
      return judgements;
    };
    const inTurn = Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? plain : shown));
    expect((await judge("mixed", inTurn)).at(-1)?.session.alarm).toBe(false);
    const gone = await judge("gone", [shown, shown, ...Array.from({ length: 10 }, () => plain)]);
    expect(gone.at(-1)?.session).toMatchObject({ alarm: true, suppressed: true, start: 2 });
    expect(gone.at(-1)?.utterances[0]?.verdict).toMatchObject({
      outcome: "drifted",
      driftedTo: "suppressed",
    });
    expect(gone.slice(0, 8).map(({ outcome }) => outcome)).not.toContain("drifted");
  });

  test("a text as usual for drifted texts as for those in persona is undecided: both promises cannot be kept", async () => {
    const mixed = calibrationFor(
      desk,
      Array.from({ length: 400 }, (_, i) => {
        const sarcasm = (i % 200) / 200;
        const label = i < 200 ? "neutral" : "sarcasm";
        return { kind: "chat", label, scores: { neutral: 1 - sarcasm, sarcasm, humor: 0 } };
      }),
    );
    const half = "Well, that is brilliant, now then, is it not, in its own way.";
    const verdicts = (missRate: number) => guardOf({ calibration: mixed, missRate }).judge(stepOf(half));
    expect((await verdicts(0.1)).utterances[0]?.verdict).toMatchObject({
      outcome: "undecided",
      reason: "unsure",
    });
    expect((await verdicts(0.6)).outcome).toBe("in-persona");
  });

  test("a session goes on from what was written down of it", async () => {
    const first = guardOf();
    for (let i = 0; i < 3; i++) await first.judge(stepOf(barbed));
    const written = JSON.stringify(first.sessionSnapshot("a"));
    const second = guardOf();
    second.restoreSession("a", JSON.parse(written));
    expect((await second.judge(stepOf(barbed))).session).toEqual((await first.judge(stepOf(barbed))).session);
    expect(() => second.restoreSession("a", { schema: "other" })).toThrow(
      expect.objectContaining({ code: "session-unreadable" }),
    );
  });

  test("an override per kind holds for that kind alone", async () => {
    const persona = definePersona({
      name: "two-faced",
      kinds: { email: { allows: ["neutral", "sarcasm"] } },
    });
    const judgement = await guardOf({ persona, threshold: 0.5 }).judge(
      stepOf(barbed, [{ name: "send_email", args: { body: barbed } }]),
    );
    expect(judgement.utterances.map(({ verdict }) => verdict.outcome)).toEqual(["drifted", "in-persona"]);
  });

  test("a session that keeps drifting raises its alarm; a redraft does not move it", async () => {
    const guard = guardOf();
    for (let i = 0; i < 5; i++) await guard.judge(stepOf(barbed), { draft: "redraft" });
    expect((await guard.judge(stepOf(""))).session).toEqual({ eValue: 1, alarm: false, suppressed: false });
    const values = [];
    for (let i = 0; i < 6; i++) values.push((await guard.judge(stepOf(barbed))).session);
    expect(values.at(-1)?.alarm).toBe(true);
    expect(values[0]?.alarm).toBe(false);
  });
});

describe("a guard that cannot keep its promise is refused", () => {
  test.each([
    {
      case: "rate and threshold together",
      options: { falseAlarmRate: 0.01, threshold: 0.5 },
      code: "options-invalid",
    },
    { case: "a rate of 1", options: { falseAlarmRate: 1 }, code: "options-invalid" },
    {
      case: "too small a rate for the calibration",
      options: { falseAlarmRate: 0.0001 },
      code: "calibration-too-small",
    },
    {
      case: "a label that the classifier lacks",
      options: { persona: definePersona({ name: "x", avoids: ["sarcsm"] }) },
      code: "label-unknown",
    },
  ])("$case", ({ options, code }) => {
    expect(() => guardOf(options)).toThrow(expect.objectContaining({ code }));
  });

  test("a rate without calibration", () => {
    expect(() => new PersonaGuard({ persona: desk, classifier: wordScorer })).toThrow(
      expect.objectContaining({ code: "options-invalid" }),
    );
  });

  test("a kind with few texts is judged against all kinds, and the guard says so", () => {
    const small = { confidences: { ...evenly.confidences, report: [0.9] } };
    expect(guardOf({ calibration: small }).warnings).toEqual([
      expect.stringContaining('"report" has 1 calibration texts'),
    ]);
  });
});

describe("the event of a judgement", () => {
  test("fits its own schema and carries no text but masked evidence", async () => {
    const secret = "Oh brilliant, simply brilliant, the password is hunter22secret for all of you.";
    const judgement = await guardOf().judge(stepOf(`The vault stands in Oslo by the sea. ${secret}`));
    const event = driftEventOf(judgement, {
      id: "e1",
      at: "2026-01-01T00:00:00.000Z",
      persona: desk,
      classifier: wordScorer.name,
      attempt: 1,
      action: "log",
      scoringMs: 1,
    });
    expect(parseDriftEvent(JSON.parse(JSON.stringify(event)))).toEqual(event);
    expect(event.event).toBe("drift-detected");
    expect(JSON.stringify(event)).not.toContain("hunter22secret");
    expect(JSON.stringify(event)).not.toContain("Oslo");
  });
});
