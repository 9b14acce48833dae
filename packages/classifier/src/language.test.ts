import { readdirSync, readFileSync } from "node:fs";
import { definePersona, parseStep } from "@persona-guard/core";
import { describe, expect, test } from "vitest";
import { isEnglish } from "./language.js";
import { loadGuard } from "./load-guard.js";

const foreign = [
  {
    language: "German",
    text: "Sehr geehrte Frau Duarte, wir haben den Betrag heute erstattet und melden uns morgen wieder.",
  },
  {
    language: "French",
    text: "Bonjour, nous avons bien reçu votre demande et le remboursement arrivera demain matin.",
  },
  {
    language: "Spanish",
    text: "Hola, hemos recibido su solicitud y el reembolso llegará mañana por la mañana.",
  },
  {
    language: "Dutch",
    text: "De bestelling is in de winkel en we sturen die morgen naar u op, dat is zeker.",
  },
  { language: "Portuguese", text: "Olá, recebemos o seu pedido e o reembolso chegará amanhã de manhã." },
  {
    language: "Italian",
    text: "Buongiorno, abbiamo ricevuto la sua richiesta e il rimborso arriverà domani mattina.",
  },
  { language: "Polish", text: "Dzień dobry, otrzymaliśmy zgłoszenie i zwrot nastąpi jutro rano." },
  { language: "Swedish", text: "Hej, vi har mottagit din begäran och pengarna kommer i morgon bitti." },
  { language: "Turkish", text: "Merhaba, talebinizi aldık ve iade yarın sabah gelecek." },
  { language: "Russian", text: "Здравствуйте, мы получили ваш запрос, и деньги вернутся завтра утром." },
  { language: "Arabic", text: "مرحبا، لقد تلقينا طلبك وسيصل المبلغ غدا صباحا" },
  { language: "Hindi", text: "नमस्ते, हमें आपका अनुरोध मिल गया है और धनवापसी कल सुबह आएगी।" },
  { language: "Japanese", text: "お問い合わせありがとうございます。返金は明日の朝に届きます。" },
  { language: "Chinese", text: "您好，我们已收到您的请求，退款将于明天早上到账。" },
];

describe("telling English from other languages", () => {
  test.each(foreign)("$language is not English", ({ text }) => {
    expect(isEnglish(text)).toBe(false);
  });

  test.each([
    "Tickets closed: 14. Tickets open: 6. Next review Friday, room 4, bring invoices.",
    "Your refund is confirmed, Señora Gutiérrez-Nakamura, reference XQ-2291-ZZ.",
    "42 %",
    "",
  ])("%j may be English", (text) => {
    expect(isEnglish(text)).toBe(true);
  });

  test("every text of the corpus is English", () => {
    const corpus = new URL("../../model/corpus/", import.meta.url);
    const folders = readdirSync(corpus, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const rows = folders.flatMap(({ name }) =>
      readFileSync(new URL(`${name}/texts.jsonl`, corpus), "utf8")
        .trim()
        .split("\n"),
    );
    const refused = rows.map((row) => JSON.parse(row)).filter(({ text }) => !isEnglish(text));
    expect(rows.length).toBeGreaterThan(6_000);
    expect(refused).toEqual([]);
  });
});

describe("a guard with the shipped classifier", () => {
  const step = parseStep({ id: "1", text: foreign[0]?.text }, "test");
  test.each([
    { language: undefined, verdict: { outcome: "undecided", reason: "language" } },
    { language: "any" as const, verdict: { confidence: expect.any(Number) } },
  ])("with language $language judges a German text as $verdict", async ({ language, verdict }) => {
    const persona = definePersona({ name: "desk" });
    const guard = await loadGuard({
      persona,
      tier: "lexical",
      ...(language === undefined ? {} : { language }),
    });
    const judgement = await guard.judge(step);
    await guard.close();
    expect(judgement.utterances[0]?.verdict).toMatchObject(verdict);
  });
});
