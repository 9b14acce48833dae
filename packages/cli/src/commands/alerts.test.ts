import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { driftEvent, folderWith, personaGuard } from "../testing.js";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));
const closing: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that answers with `status`, which may be changed, and remembers the notices. */
async function webhook() {
  const state = {
    status: 200,
    url: "",
    paths: [] as string[],
    notices: [] as { rule: string; id: string }[],
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request.setEncoding("utf8")) body += chunk;
    state.paths.push(request.url ?? "");
    state.notices.push(JSON.parse(body));
    response.writeHead(state.status).end();
    server.emit("notice");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closing.push(() => server.close());
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // an object, because it listens on TCP
  return { state, notice: () => once(server, "notice") };
}

const config = (url: string) => `alerts:
  targets:
    ops: { type: webhook, url: "${url}" }
  rules:
    - { when: session-alarm, groupSeconds: 0 }
`;

test("the configuration that the README shows works: a test notice reaches every target", async () => {
  const { state } = await webhook();
  const readme = await readFile(new URL("../../../monitor/README.md", import.meta.url), "utf8");
  const yaml = /```yaml\n(alerts:[\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const cwd = await folderWith({
    "persona-guard.config.yaml": yaml
      .replace("http://127.0.0.1:4318", state.url)
      .replace("port: 9464", "port: 0"),
    "my-alert.mjs": `import { writeFileSync } from "node:fs"; export default ({ id }) => writeFileSync("own.txt", id);`,
  });
  const names = ["ALERT_URL", "SLACK_WEBHOOK", "TEAMS_WEBHOOK"];
  const env = Object.fromEntries(names.map((name) => [name, `${state.url}/${name}`]));
  const { exitCode, stdout, stderr } = await personaGuard(["alerts", "test"], {
    cwd,
    env: { ...env, ALERT_SECRET: "s", OTLP_TOKEN: "t" },
  });
  expect({ exitCode, stdout, stderr }).toEqual({
    exitCode: 0,
    stderr: "",
    stdout: `ops (webhook): delivered
chat (slack): delivered
office (teams): delivered
collector (otlp): delivered
metrics (prometheus): delivered
log (pino): delivered
own (module): delivered
`,
  });
  expect([...new Set(state.paths)].sort()).toEqual([
    "/ALERT_URL",
    "/SLACK_WEBHOOK",
    "/TEAMS_WEBHOOK",
    "/v1/logs",
    "/v1/metrics",
  ]);
  expect(await readFile(join(cwd, "alerts.log"), "utf8")).toContain("[test]");
  expect(await readFile(join(cwd, "own.txt"), "utf8")).toMatch(/^[0-9a-f-]{36}$/);
});

test("a target that does not take the test fails it", async () => {
  const { state } = await webhook();
  state.status = 410;
  const cwd = await folderWith({ "persona-guard.config.yaml": config(state.url) });
  expect(await personaGuard(["alerts", "test", "--target", "ops"], { cwd })).toMatchObject({
    exitCode: 1,
    stdout: expect.stringMatching(/^ops \(webhook\): refused: 127\.0\.0\.1:\d+ answered 410\n$/),
  });
});

test.each([
  { files: {}, args: ["test"], says: 'persona-guard.config.yaml has no section "alerts" (or is not there)' },
  {
    files: { "persona-guard.config.yaml": config("http://127.0.0.1:9") },
    args: ["test", "--target", "opps"],
    says: "There is no target opps; there are: ops.",
  },
  {
    files: { "persona-guard.config.yaml": config("$PG_NOT_SET") },
    args: ["redeliver"],
    says: "ops.url: the environment variable PG_NOT_SET is not set",
  },
  {
    files: { "persona-guard.config.yaml": config("$PG_NOT_SET").replace("when", "wen") },
    args: ["test"],
    says: "  alerts.rules.0.when: ",
  },
  { files: {}, args: ["tets"], says: "unknown command 'tets'" },
])("alerts $args is refused: $says", async ({ files, args, says }) => {
  const { exitCode, stderr } = await personaGuard(["alerts", ...args], { cwd: await folderWith(files) });
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(says) });
});

test("watch --alerts tells what happens from now on; what is refused is kept and can be redelivered", async () => {
  const { state, notice } = await webhook();
  state.status = 400;
  const cwd = await folderWith({ "persona-guard.config.yaml": config(state.url) });
  const file = join(cwd, "events.jsonl");
  const event = (session: string) =>
    `${JSON.stringify(driftEvent({ session, outcome: "drifted", sessionAlarm: true }))}\n`;
  await writeFile(file, event("before"));
  const child = spawn(process.execPath, [main, "watch", "events.jsonl", "--alerts"], { cwd });
  child.stdout.resume();
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    if (stderr.includes("It is kept in")) child.kill("SIGTERM");
  });
  // Again and again, because nothing tells when the first look at the file was.
  const appending = setInterval(() => appendFile(file, event("now")), 50);
  await notice();
  clearInterval(appending);
  const [exitCode] = await once(child, "close");
  expect({ exitCode, sent: state.notices.length }).toEqual({ exitCode: 130, sent: 1 });
  expect(JSON.stringify(state.notices)).toContain("Session now of desk");
  expect(JSON.stringify(state.notices)).not.toContain("before");
  state.status = 200;
  expect(await personaGuard(["alerts", "redeliver"], { cwd })).toEqual({
    exitCode: 0,
    stdout: "1 delivered, 0 left\n",
    stderr: "",
  });
  expect(state.notices[1]).toEqual(state.notices[0]);
  expect(await personaGuard(["alerts", "redeliver"], { cwd })).toMatchObject({
    exitCode: 0,
    stdout: "0 delivered, 0 left\n",
  });
});
