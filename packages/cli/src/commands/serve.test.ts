import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startDashboard } from "@persona-guard/monitor/dashboard";
import { findTraces, readTraces } from "@persona-guard/replay";
import { expect, test } from "vitest";
import { labelledRows } from "../labelled-rows.js";
import { driftEvent, folderWith, personaGuard, plain } from "../testing.js";

test("serve says where the page is, and ends with Ctrl-C", async () => {
  const cwd = await folderWith({ "events.jsonl": `${JSON.stringify(driftEvent({}))}\n` });
  const { exitCode, stderr, stdout } = await personaGuard(["serve", "events.jsonl", "--port", "0"], {
    cwd,
    interruptAt: "Ctrl-C ends it",
  });
  expect(stderr).toMatch(
    /^Dashboard of events\.jsonl at http:\/\/127\.0\.0\.1:\d+\/ \(Ctrl-C ends it\)\.\n$/,
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "" });
});

test.each([
  { args: ["--host", "0.0.0.0"], says: "At 0.0.0.0 anyone in the network could read" },
  {
    args: ["--host", "0.0.0.0", "--token", "short"],
    says: "The token has 5 characters; 16 or more are needed",
  },
  { args: ["--port", "99999"], says: "It must be a port number" },
])("serve $args is refused, and nothing listens", async ({ args, says }) => {
  const { exitCode, stderr } = await personaGuard(["serve", ...args], { cwd: await folderWith() });
  expect(stderr).toContain(says);
  expect(exitCode).toBe(2);
});

test("what is said on the page is an example for train, and a false alarm a good step for calibrate", async () => {
  const folder = await folderWith();
  const labels = join(folder, "labels.jsonl");
  const log = join(folder, "events.jsonl");
  const event = (id: string, outcome: "drifted" | "in-persona", text: string) =>
    driftEvent({
      id,
      step: id,
      outcome,
      utterances: [
        {
          kind: "email",
          field: "send_email.body",
          tool: "send_email",
          text,
          outcome,
          ...(outcome === "drifted" ? { driftedTo: "sarcasm" } : {}),
          evidence: [],
        },
      ],
    });
  const events = [event("alarm", "drifted", plain), event("missed", "in-persona", "Arr, yer gold be here.")];
  await writeFile(log, events.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const dashboard = await startDashboard({ events: [log], labels, port: 0 });
  const say = (id: string, said: object) =>
    fetch(`${dashboard.url}api/label?id=${id}`, {
      method: "POST",
      headers: { "x-persona-guard": "label" },
      body: JSON.stringify(said),
    });
  await expect.poll(async () => (await say("alarm", { verdict: "false-alarm" })).status).toBe(200);
  await say("missed", { verdict: "missed-drift", trait: "pirate" });
  await dashboard.close();

  const noInput = (async function* () {})();
  const { examples, faults } = await labelledRows(labels, noInput, { trait: "pirate", negativeLabels: [] });
  expect(faults).toEqual([]);
  expect(examples).toEqual([
    { text: plain, kind: "email", isPositive: false },
    { text: "Arr, yer gold be here.", kind: "email", isPositive: true },
  ]);
  const { traces } = await findTraces([labels], { format: "auto" });
  const steps: unknown[] = [];
  for await (const found of readTraces(traces)) steps.push(found);
  expect(steps[0]).toMatchObject({
    found: "step",
    step: { text: plain, kind: "email", session: events[0]?.session },
  });
});
