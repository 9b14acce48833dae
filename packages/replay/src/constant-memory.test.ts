import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";

/** Heap of the reading process, and size of the files, in MiB: a document of 48 needs some 100 to be parsed as a whole. */
const heap = 48;
const size = 48;
const given = "The customer asked where parcel 4410 is, and the agent looked it up in the list. ".repeat(200);
const spans = size * 64; // of 16 KiB each

const script = `
  const { findTraces, readTraces } = await import(${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)});
  const { traces } = await findTraces([process.argv[1]]);
  let steps = 0;
  for await (const item of readTraces(traces)) {
    if (item.found === "fault") throw new Error(item.message);
    steps += 1;
  }
  console.log(traces[0].reader.name, steps);
`;

const run = (at: number) => ({
  task_id: at,
  trial: 0,
  traj: [
    { role: "tool", content: given },
    { role: "assistant", content: "It arrives on Thursday." },
  ],
});
const otlpSpan = (at: number) => ({
  traceId: `trace-${at % 100}`,
  spanId: `span-${at}`,
  attributes: [
    { key: "gen_ai.prompt", value: { stringValue: given } },
    { key: "gen_ai.completion", value: { stringValue: "It arrives on Thursday." } },
  ],
});

test.each([
  { name: "array.json", format: "tau-bench", head: "[", tail: "]", separator: ",", item: run },
  { name: "lines.jsonl", format: "tau-bench", head: "", tail: "", separator: "\n", item: run },
  {
    name: "otlp.json",
    format: "otel",
    head: '{"resourceSpans":[{"scopeSpans":[{"spans":[',
    tail: "]}]}]}",
    separator: ",",
    item: otlpSpan,
  },
])(
  "$name of tens of megabytes is read in a heap that could not hold it",
  async ({ name, format, ...file }) => {
    const path = join(await mkdtemp(join(tmpdir(), "persona-guard-large-")), name);
    function* content() {
      yield file.head;
      for (let at = 0; at < spans; at += 1)
        yield (at === 0 ? "" : file.separator) + JSON.stringify(file.item(at));
      yield file.tail;
    }
    await pipeline(Readable.from(content()), createWriteStream(path));
    const child = spawn(process.execPath, [
      `--max-old-space-size=${heap}`,
      "--input-type=module",
      "-e",
      script,
      path,
    ]);
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.stderr.resume();
    const exitCode = await new Promise((resolve) => child.on("close", resolve));
    expect({ exitCode, output }).toEqual({ exitCode: 0, output: `${format} ${spans}\n` });
  },
);
