import { expect, test } from "vitest";
import { type DocumentPart, documentParts } from "./document-parts.js";
import { randomNumbers } from "./testing.js";

/** The parts of a document that comes in chunks of `size` bytes. */
async function partsOf(content: string | Uint8Array, size = 7, maxRecordBytes?: number) {
  const bytes = Buffer.from(content);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const parts: DocumentPart[] = [];
  const options = maxRecordBytes === undefined ? {} : { maxRecordBytes };
  for await (const part of documentParts(chunks(), options)) parts.push(part);
  return parts;
}

/** Parsed records, or the faults in their place. */
async function recordsIn(content: string | Uint8Array, size?: number): Promise<readonly unknown[]> {
  return (await partsOf(content, size)).map((part) => ("text" in part ? JSON.parse(part.text) : part.fault));
}

test.each([
  {
    what: "an array",
    content: '[{"a": 1}, {"a": [1, {"b": "}]"}]}]',
    records: [{ a: 1 }, { a: [1, { b: "}]" }] }],
  },
  { what: "an object", content: '{"a": {"data": [1]}, "b": "x"}', records: [{ a: { data: [1] }, b: "x" }] },
  {
    what: "an array of numbers and words",
    content: '[1,-2.5e3, true,null ,"x"]',
    records: [1, -2500, true, null, "x"],
  },
  { what: "documents after each other", content: '{"a": 1}\n{"a": 2} [3]', records: [{ a: 1 }, { a: 2 }, 3] },
  { what: "a byte order mark", content: '\uFEFF[{"a": "é"}]', records: [{ a: "é" }] },
  {
    what: "quotes and backslashes",
    content: String.raw`[{"a": "\\\"]"}, {"b\"c": "\\"}]`,
    records: [{ a: '\\"]' }, { 'b"c': "\\" }],
  },
  { what: "an empty array", content: " [ ] ", records: [] },
  { what: "a page", content: '{"data": [{"a": 1}], "meta": {"page": 1}}', records: [{ a: 1 }] },
  {
    what: "an OTLP export",
    content:
      '{"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"scope": {"name": "x"}, "spans": [{"a": 1}, {"a": 2}]}, {"spans": []}]}, {"scopeSpans": [{"spans": [{"a": 3}]}]}]}',
    records: [{ a: 1 }, { a: 2 }, { a: 3 }],
  },
  {
    what: "a record that has a list by an envelope's name",
    content: '{"messages": [], "data": [{"a": 1}]}',
    records: [{ messages: [], data: [{ a: 1 }] }],
  },
  {
    what: "an envelope's name for something else",
    content: '{"data": {"x": 1}, "runs": "none"}',
    records: [{ data: { x: 1 }, runs: "none" }],
  },
])("$what gives its records, wherever the chunks are cut", async ({ content, records }) => {
  for (const size of [1, 2, 3, 5, 1_000]) expect(await recordsIn(content, size)).toEqual(records);
});

test.each([
  {
    what: "a record that is no JSON",
    content: '[{"a": 1}, {"a": NaN}, {"a": 2}]',
    texts: ['{"a": 1}', '{"a": NaN}', '{"a": 2}'],
  },
  { what: "a missing end", content: '[{"a": 1}, {"a": 2', texts: ['{"a": 1}', /ends in the middle/] },
  {
    what: "a missing bracket",
    content: '[{"a": 1}, {"a": 2}',
    texts: ['{"a": 1}', '{"a": 2}', /ends in the middle/],
  },
  {
    what: "a wrong bracket",
    content: '[{"a": 1}}, {"a": 2}]',
    texts: ['{"a": 1}', /not valid JSON at byte 9/],
  },
  { what: "a word for a key", content: "{a: 1}", texts: [/not valid JSON at byte 1/] },
  {
    what: "text after the document",
    content: '[{"a": 1}],',
    texts: ['{"a": 1}', /not valid JSON at byte 10/],
  },
])("$what costs no record that can be found", async ({ content, texts }) => {
  const found = await partsOf(content);
  expect(found.map((part) => ("text" in part ? part.text : part.fault))).toEqual(
    texts.map((text) => (typeof text === "string" ? text : expect.stringMatching(text))),
  );
});

test("bytes that are not UTF-8, and a record that is too long, cost themselves alone", async () => {
  const content = Buffer.concat([
    Buffer.from('[{"a": "caf'),
    Buffer.of(0xe9),
    Buffer.from(`"}, {"a": "${"x".repeat(100)}"}, {"a": 1}]`),
  ]);
  const found = await partsOf(content, 16, 64);
  expect(found.map((part) => ("text" in part ? part.text : part.fault))).toEqual([
    "is not UTF-8 text, or binary; give a text file in UTF-8",
    "is 109 bytes long, more than the 64 that are read",
    '{"a": 1}',
  ]);
  expect(found.at(-1)?.bytesRead).toBe(content.length - 1);
});

test("records come with the fields that stood before them in their envelope", async () => {
  const [simulation, after] = await partsOf(
    '{"info": {"llm": "m"}, "simulations": [{"a": 1}], "x": 2}\n{"a": 2}',
  );
  expect(simulation).toMatchObject({ text: '{"a": 1}', envelope: '{"info":{"llm": "m"}}' });
  expect(after).not.toHaveProperty("envelope");
});

test("any array of JSON values is cut into what JSON.parse finds in it", async () => {
  const random = randomNumbers(7);
  const texts = ["", 'a"b', "\\", "]}", "\n\t", "日本語 🙂", "\u0000", "{"];
  const value = (depth: number): unknown => {
    const kind = random(depth > 3 ? 4 : 6);
    if (kind < 2) return texts[random(texts.length)];
    if (kind === 2) return random(1_000) - 500.5;
    if (kind === 3) return [true, false, null][random(3)];
    const items = Array.from({ length: random(4) }, () => value(depth + 1));
    return kind === 4 ? items : Object.fromEntries(items.map((item, at) => [`k${texts[at]}`, item]));
  };
  for (let run = 0; run < 60; run += 1) {
    const values = Array.from({ length: 1 + random(5) }, () => value(0));
    const content = JSON.stringify(values, null, random(2) === 0 ? 0 : 2);
    expect(await recordsIn(content, 1 + random(40))).toEqual(values);
  }
});
