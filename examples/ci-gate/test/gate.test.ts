import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

const example = fileURLToPath(new URL("..", import.meta.url));
const main = fileURLToPath(new URL("../../../packages/cli/dist/main.js", import.meta.url));
const workflowSchema = z.object({
  jobs: z.object({ replay: z.object({ steps: z.array(z.object({ run: z.string().optional() })) }) }),
});

/** The workflow's own commands, one after the other as GitHub runs them, with the command of this repository. */
function runWorkflow(candidate: string) {
  const cwd = mkdtempSync(join(tmpdir(), "persona-guard-ci-"));
  cpSync(join(example, "traces"), join(cwd, "traces"), { recursive: true });
  cpSync(join(example, "persona.yaml"), join(cwd, "persona.yaml"));
  const { jobs } = workflowSchema.parse(parse(readFileSync(join(example, "persona-gate.yml"), "utf8")));
  const commands = jobs.replay.steps.flatMap(({ run }) =>
    run?.startsWith("npx persona-guard") ? [run] : [],
  );
  expect(commands).toHaveLength(2);
  const script = commands
    .map((command) => command.replace(/^npx persona-guard/, `"${process.execPath}" "${main}"`))
    .join("\n");
  const { status, stderr } = spawnSync("bash", ["-e", "-c", script], {
    cwd,
    env: { PATH: process.env.PATH, CANDIDATE: candidate },
    encoding: "utf8",
  });
  return { status, stderr, results: join(cwd, "results") };
}

test("the workflow passes a release that kept its character", () => {
  const { status, stderr } = runWorkflow("traces/release-1.jsonl");
  expect(stderr).not.toContain("failed");
  expect(status).toBe(0);
});

test("the workflow fails a release that flatters and sneers, says why, and leaves a report for CI", () => {
  const { status, stderr, results } = runWorkflow("traces/release-2.jsonl");
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /Gates failed: max-drift-rate 0\.1: 7 of 24 judged steps drifted, .* higher than in results\/last/,
  );
  expect(stderr).toMatch(
    /\nMostly sycophancy, 3 of 7 drifted texts; furthest from the persona: traces\/release-2\.jsonl:\d/,
  );
  expect(readFileSync(join(results, "this", "junit.xml"), "utf8")).toMatch(
    /<testsuite [^>]*tests="5" failures="3"/,
  );
});
