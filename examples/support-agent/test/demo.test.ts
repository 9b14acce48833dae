import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify, stripVTControlCharacters } from "node:util";
import { parseDriftEvent } from "@persona-guard/core";
import { expect, test } from "vitest";

const here = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

test("the demo catches both drifting drafts, sends only the corrected emails, and replays the recorded week", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [here("dist/src/main.js")], {
    env: { PATH: process.env.PATH },
  });
  const said = stripVTControlCharacters(stdout);
  expect(said).toContain("drifted to remorse");
  expect(said).toContain("drifted to sarcasm");
  const sent = said
    .split("\n")
    .filter((line) => line.trimStart().startsWith("│"))
    .join("\n");
  expect(sent).toContain("I apologise for that.");
  expect(sent).not.toMatch(/ashamed|innovative business model/);
  expect(said).toMatch(/drifted +2\n +rescued +2\n +blocked +0\n +unscored +0/);
  expect(said).toMatch(/steps +17: in-persona \d+, drifted 2/);

  const events = readFileSync(here("events.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => parseDriftEvent(JSON.parse(line)));
  expect(events.map(({ outcome, action }) => `${outcome} ${action}`)).toEqual([
    "silent none",
    "drifted reprompt",
    "in-persona none",
    "drifted reprompt",
    "in-persona none",
    "in-persona none",
  ]);
});
