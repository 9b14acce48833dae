import { expect, test } from "vitest";
import { factsLost } from "./facts-kept.js";

const lost = (before: string, after: string) =>
  Object.fromEntries(Object.entries(factsLost(before, after)).filter(([, facts]) => facts.length > 0));

test.each([
  ["another spelling of an amount", "It costs €1,234.50 in all.", "It costs 1234.50 euros in all."],
  ["a thousands separator", "There are 12,000 seats.", "There are 12000 seats."],
  ["another spelling of a date", "We ship on May 12th, 2026.", "We ship on 12 May 2026."],
  ["an ISO date", "We ship on 2026-05-12.", "We ship on 12 May 2026."],
  ["a date that got its year", "We ship on 12 May.", "We ship on 12 May 2026."],
  ["a number as a word", "It takes 3 days.", "It takes three days."],
  ["a unit that is written out", "The call took 30min.", "The call took 30 minutes."],
  ["a name in other surroundings", "Ask Ms Duarte about it.", "Duarte knows about it."],
  ["an id in another case", "See ticket d-20931 there.", "See ticket D-20931 there."],
  ["a title that is left out", "I spoke to Dr Osei.", "I spoke to Osei."],
  ["a heading in capitals", "Your Very Important Order Update\nHello", "An update of the order"],
  ["a guess", "About 30ish people since post-2019 times.", "About 30 people since 2019."],
  ["a percentage in words", "It fell by 84.8%.", "It fell by 84.8 per cent."],
  ["an amount without its currency", "We owe €150 of it.", "We owe 150 of it."],
  ["a verb", "Rows 1 and 2 may differ.", "Rows 1 and 2 differ."],
  ["a shout, a day and a month", "Do it NOW, on Monday, in December.", "Do it soon."],
  ["the start of a quotation", "They said “Great work” (Really) - Sure.", "They said it."],
  ["a first word", "Honestly, who cares? Obviously nobody.", "We will look into it."],
])("%s is kept", (_, before, after) => {
  expect(lost(before, after)).toEqual({});
});

test.each([
  ["an amount", "Refund 214.60 euros.", "Refund 241.60 euros.", { amounts: ["214.6 eur"] }],
  ["a currency", "Refund €50.", "Refund $50.", { amounts: ["50 eur"] }],
  ["a number", "Within 5 working days.", "Within a few working days.", { numbers: ["5"] }],
  ["a percentage", "A discount of 20% on it.", "A discount of 20 on it.", { numbers: ["20%"] }],
  ["a time", "We open at 14:30 again.", "We open in the afternoon again.", { numbers: ["14:30"] }],
  ["a date", "On 12 May we close.", "On 13 May we close.", { dates: ["12 may"] }],
  ["an id", "Dispute D-20931 is open.", "Dispute D-20913 is open.", { ids: ["D-20931"] }],
  ["an address", "Write to ana@bank.example now.", "Write to us now.", { emails: ["ana@bank.example"] }],
  [
    "a link",
    "See https://bank.example/d/7, please.",
    "See our site.",
    { urls: ["https://bank.example/d/7"] },
  ],
  ["a name", "We told Ana Duarte about it.", "We told Ana Duart about it.", { names: ["Duarte"] }],
])("%s that changed or went is lost", (_, before, after, facts) => {
  expect(lost(before, after)).toEqual(facts);
});

test("a text has lost nothing against itself, whatever it holds", () => {
  const text =
    "Dear Ms Duarte, on 3 March 2026 we sent 1.234,50 EUR (ref. AB-77/2) to ana@bank.example; see https://x.example/a?b=1. Call 5pm.";
  expect(lost(text, text)).toEqual({});
});
