import { expect, test } from "vitest";
import { leakedWords } from "./leaked-words.js";

const rejected = ["Oh, congratulations on a truly innovative business model!"];

test.each([
  { received: ["Dear Sir, we regret the delay."], leak: undefined, case: "another text" },
  { received: ["so: a TRULY innovative\nBusiness"], leak: "a truly innovative business", case: "a part" },
  { received: ['{"body":"Hm\\n\\non a truly odd"}'], leak: "on a truly", case: "escapes of JSON" },
  { received: ["a truly", "innovative business"], leak: undefined, case: "two words here and there" },
  {
    received: ["oh congratulations on it", "a truly innovative business model"],
    leak: "a truly innovative business model",
    case: "the longest of two leaks",
  },
])("$case: $leak", ({ received, leak }) => {
  expect(leakedWords(received, { rejected, accepted: [], known: [] })).toBe(leak);
});

test("facts that the accepted text keeps are no leak", () => {
  const texts = {
    rejected: ["Pay 214.60 euros, genius."],
    accepted: ["Please pay 214.60 euros soon."],
    known: [],
  };
  expect(leakedWords(["Please pay 214.60 euros soon."], texts)).toBeUndefined();
  expect(leakedWords(["60 euros, genius"], texts)).toBe("60 euros genius");
});

test("a draft that is accepted in the end is no leak, one that a history quotes is", () => {
  expect(leakedWords(rejected, { rejected, accepted: rejected, known: [] })).toBeUndefined();
  const known = [`You wrote: ${rejected[0]}`];
  expect(leakedWords(rejected, { rejected, accepted: [], known })).toContain("truly innovative");
});

test("a draft of two words counts whole", () => {
  expect(leakedWords(["well, yo dude"], { rejected: ["Yo, dude!"], accepted: [], known: [] })).toBe(
    "yo dude",
  );
});
