import { expect, test } from "vitest";
import { linesOf } from "./lines.js";

async function* chunksOf(...chunks: readonly string[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

async function linesIn(chunks: readonly string[], options = {}): Promise<(string | undefined)[]> {
  const lines: (string | undefined)[] = [];
  for await (const { number, text, fault } of linesOf(chunksOf(...chunks), options))
    lines.push(`${number} ${fault ?? text}`);
  return lines;
}

test.each([
  { chunks: ["one\ntwo\n"], lines: ["1 one", "2 two"] },
  { chunks: ["one\r\ntwo"], lines: ["1 one", "2 two"] },
  { chunks: ["o", "ne", "\n", "tw", "o\nthree"], lines: ["1 one", "2 two", "3 three"] },
  { chunks: ["\uFEFFone\n\n"], lines: ["1 one", "2 "] },
  { chunks: [], lines: [] },
])("$chunks has the lines $lines", async ({ chunks, lines }) => {
  expect(await linesIn(chunks)).toEqual(lines);
});

test("a line over the limit is refused, however it arrives, and the next one is read", async () => {
  const refused = "1 is 12 bytes long, more than the 10 that a line may have; split the record";
  expect(await linesIn(["123456789012\nshort\n"], { maxLineBytes: 10 })).toEqual([refused, "2 short"]);
  expect(await linesIn(["12345678", "9012", "\nshort"], { maxLineBytes: 10 })).toEqual([refused, "2 short"]);
});
