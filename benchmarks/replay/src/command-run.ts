import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";

const main = fileURLToPath(new URL("../../../packages/cli/dist/main.js", import.meta.url));
const usageHook = new URL("./report-usage.js", import.meta.url).href;
const usageSchema = z.object({ megabytes: z.number(), cpuSeconds: z.number() });
const summarySchema = z.object({ steps: z.object({ total: z.number(), unscored: z.number() }) });
const stepsPerSession = 20;

/** What one run of `persona-guard replay` took. */
export interface CommandRun extends z.infer<typeof usageSchema> {
  readonly steps: number;
  /** From start to end of the process. */
  readonly seconds: number;
}

/** Runs the command as a user would, on a trace of so many different steps that is generated. */
export async function replayCommandRun(steps: number, tier: string): Promise<CommandRun> {
  const folder = mkdtempSync(join(tmpdir(), "persona-guard-benchmark-"));
  writeFileSync(join(folder, "persona.yaml"), "name: clerk\n");
  await writeTrace(join(folder, "trace.jsonl"), steps);
  const args = [
    "replay",
    "trace.jsonl",
    "--persona",
    "persona.yaml",
    "--tier",
    tier,
    "--out",
    "out",
    "--json",
  ];
  const usageFile = join(folder, "usage.json");
  const begin = performance.now();
  const { status, stdout } = spawnSync(process.execPath, ["--import", usageHook, main, ...args], {
    cwd: folder,
    env: { ...process.env, USAGE_FILE: usageFile },
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const seconds = (performance.now() - begin) / 1000;
  const found = summarySchema.parse(JSON.parse(stdout)).steps;
  if (status !== 0 || found.total !== steps || found.unscored > 0)
    throw new Error(`A replay of ${steps} steps ended with ${status} and judged ${found.total}.`);
  return { steps, seconds, ...usageSchema.parse(JSON.parse(readFileSync(usageFile, "utf8"))) };
}

async function writeTrace(path: string, steps: number): Promise<void> {
  const stream = createWriteStream(path);
  for (let at = 0; at < steps; at++) {
    const session = `session-${Math.floor(at / stepsPerSession)}`;
    const text = `Your refund of ${at}.50 was issued this morning, and it reaches your account within three working days. Your reference is ${at * 7919}.`;
    if (!stream.write(`${JSON.stringify({ session, text })}\n`)) await once(stream, "drain");
  }
  await new Promise((resolve) => stream.end(resolve));
}
