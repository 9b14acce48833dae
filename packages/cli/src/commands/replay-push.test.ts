import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { flattering, folderWith, personaGuard, plain, rowsIn } from "../testing.js";

const run = (last: string) => `0190a5d0-7a6c-7c3e-8f5d-2f1a4f5b6c7${last}`;
const rows = [
  { id: run("a"), session: "s", text: plain },
  { id: run("b"), session: "s", text: flattering },
  { id: "no-run", session: "s", text: plain },
];
const command = ["replay", "t.jsonl", "--persona", "persona.yaml", "--tier", "lexical", "--out", "out"];

const feedback: unknown[] = [];
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  feedback.push(JSON.parse(Buffer.concat(chunks).toString()));
  response.end("{}");
});
let cwd = "";
let env: Readonly<Record<string, string>> = {};
beforeAll(async () => {
  cwd = await folderWith({
    "persona.yaml": "name: clerk\n",
    "t.jsonl": rows.map((row) => JSON.stringify(row)).join("\n"),
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  env = { LANGSMITH_ENDPOINT: `http://127.0.0.1:${port}`, LANGSMITH_API_KEY: "lsv2_key" };
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const expected = [
  { run_id: run("a"), key: "persona-guard:clerk", value: "in-persona" },
  { run_id: run("b"), key: "persona-guard:clerk", value: "drifted" },
];

test("nothing is sent without --push, and a dry run shows what would be", async () => {
  expect(await personaGuard(command, { cwd, env })).toMatchObject({ exitCode: 0 });
  const dry = await personaGuard([...command, "--push", "langsmith", "--push-dry-run"], { cwd, env });
  expect(feedback).toEqual([]);
  expect(rowsIn(dry.stdout)).toMatchObject(
    expected.map((body) => ({ url: `${env.LANGSMITH_ENDPOINT}/feedback`, body })),
  );
  expect(dry.stdout).not.toContain("lsv2_key");
  expect(dry.stderr).toContain(
    "2 verdicts would be sent to LangSmith. 1 have no id there, or no score, and are left out.",
  );
});

test("--push sends the verdicts, and says how many", async () => {
  const ran = await personaGuard([...command, "--push", "langsmith"], { cwd, env });
  expect(ran.exitCode).toBe(0);
  expect(ran.stderr).toContain("2 verdicts sent to LangSmith.");
  expect(feedback).toMatchObject(expected);
});

test("a missing key is said before anything is judged", async () => {
  const ran = await personaGuard([...command, "--push", "langfuse"], { cwd });
  expect(ran.exitCode).toBe(2);
  expect(ran.stderr).toContain("set LANGFUSE_PUBLIC_KEY");
  expect(ran.stderr).not.toContain("Judging");
});

const testdata = fileURLToPath(new URL("../../../replay/testdata/", import.meta.url));
const keys = { LANGFUSE_PUBLIC_KEY: "pk", LANGFUSE_SECRET_KEY: "sk", LANGSMITH_API_KEY: "lsv2_key" };

test.each([
  { file: "langsmith-runs.jsonl", tool: "langsmith", id: /"run_id":"[0-9a-f-]{36}"/ },
  {
    file: "langfuse-page.json",
    tool: "langfuse",
    id: /"traceId":"[0-9a-f]{32}","observationId":"[0-9a-f]{16}"/,
  },
  { file: "otel-spans.json", tool: "otlp", id: /"traceId":"[0-9a-f]{32}","spanId":"[0-9a-f]{16}"/ },
])("verdicts on $file find their way back to $tool by the ids in it", async ({ file, tool, id }) => {
  const args = ["replay", join(testdata, file), ...command.slice(2), "--push", tool, "--push-dry-run"];
  const dry = await personaGuard(args, { cwd, env: keys });
  expect(dry.stdout).toMatch(id);
  expect(dry.stderr).toMatch(/\n[34] verdicts would be sent to .*\.\n$/);
});
