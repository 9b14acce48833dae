import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, expect, test } from "vitest";
import { receiver, sampleEvent, temporaryFolder } from "../testing.js";
import type { Alert, Notice } from "./alert.js";
import type { AlertTarget } from "./alert-target.js";
import { alertsSchema } from "./alerts-config.js";
import { moduleTarget } from "./function-target.js";
import { openTargets } from "./open-targets.js";
import { otlpTarget } from "./otlp.js";
import { pinoTarget } from "./pino-target.js";
import { prometheusTarget } from "./prometheus.js";
import { slackTarget } from "./slack.js";
import { teamsTarget } from "./teams.js";
import { webhookTarget } from "./webhook.js";

const at = "2026-03-02T10:00:00.000Z";
/** What an agent may write to reach beyond its alert. */
const hostile = "<!channel> [click](https://evil.example) <b>&";
const alert: Alert = {
  key: "session desk chat-1",
  status: "firing",
  at,
  title: "Session chat-1 of desk has drifted to sarcasm, since step 3",
  details: { persona: "desk", session: "chat-1", step: 4 },
  evidence: [hostile],
  count: 1,
};
const notice: Notice = {
  schema: "persona-guard/alert/1",
  id: "notice-1",
  at,
  rule: "session-alarm",
  condition: "session-alarm",
  severity: "critical",
  alerts: [alert],
  omitted: 0,
};
const signal = AbortSignal.timeout(60_000);

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function server(...answers: Parameters<typeof receiver>) {
  const made = await receiver(...answers);
  closing.push(made.close);
  return made;
}

test("a receiver that verifies as the README shows accepts a signed notice, and nothing forged or old", async () => {
  const { url, received } = await server();
  const now = Date.parse(at);
  const target = webhookTarget({
    name: "ops",
    url,
    secret: "s3cret",
    now: () => now,
    headers: { "x-team": "a" },
  });
  expect(await target.deliver(notice, signal)).toEqual({ outcome: "delivered" });
  const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
  const snippet = /```js\n([\s\S]*?isFromPersonaGuard[\s\S]*?)```/.exec(readme)?.[1] ?? "";
  const file = join(await temporaryFolder(), "snippet.mjs");
  await writeFile(file, snippet);
  const { isFromPersonaGuard } = await import(pathToFileURL(file).href);
  const { headers, body = "" } = received[0] ?? {};
  expect(headers).toMatchObject({ "x-persona-guard-delivery": "notice-1", "x-team": "a" });
  expect(JSON.parse(body)).toEqual(notice);
  expect(isFromPersonaGuard(headers, body, "s3cret", now + 60_000)).toBe(true);
  expect(isFromPersonaGuard(headers, body.replace("critical", "info"), "s3cret", now)).toBe(false);
  expect(isFromPersonaGuard(headers, body, "another", now)).toBe(false);
  expect(isFromPersonaGuard(headers, body, "s3cret", now + 301_000)).toBe(false);
  expect(
    isFromPersonaGuard(
      { ...headers, "x-persona-guard-timestamp": String(now / 1_000 + 1) },
      body,
      "s3cret",
      now,
    ),
  ).toBe(false);
  expect(isFromPersonaGuard({}, body, "s3cret", now)).toBe(false);
});

test("Slack gets blocks of plain text, in which an agent's words can neither call a channel nor link", async () => {
  const { url, received } = await server();
  await slackTarget({ name: "chat", url }).deliver(notice, signal);
  const message = JSON.parse(received[0]?.body ?? "");
  expect(message).toMatchInlineSnapshot(`
    {
      "blocks": [
        {
          "text": {
            "emoji": true,
            "text": "🚨 Session chat-1 of desk has drifted to sarcasm, since step 3",
            "type": "plain_text",
          },
          "type": "header",
        },
        {
          "text": {
            "emoji": true,
            "text": "Session chat-1 of desk has drifted to sarcasm, since step 3",
            "type": "plain_text",
          },
          "type": "section",
        },
        {
          "text": {
            "emoji": true,
            "text": "“<!channel> [click](https://evil.example) <b>&”
    persona desk, session chat-1, step 4",
            "type": "plain_text",
          },
          "type": "section",
        },
        {
          "elements": [
            {
              "emoji": true,
              "text": "critical, rule session-alarm",
              "type": "plain_text",
            },
          ],
          "type": "context",
        },
      ],
      "text": "🚨 Session chat-1 of desk has drifted to sarcasm, since step 3",
    }
  `);
});

test("Slack's and Teams' limits hold for the largest notice", async () => {
  const { url, received } = await server();
  // Three bytes a character, as in Chinese.
  const large = {
    ...alert,
    title: "型".repeat(200),
    evidence: ["字".repeat(300), "字".repeat(300), "字".repeat(300)],
  };
  const flood = { ...notice, alerts: Array.from({ length: 50 }, () => large), omitted: 7 };
  await slackTarget({ name: "chat", url }).deliver(flood, signal);
  await teamsTarget({ name: "office", url }).deliver(flood, signal);
  const [slack, teams] = received.map(({ body }) => body);
  const { blocks } = JSON.parse(slack ?? "");
  expect(blocks.length).toBeLessThanOrEqual(50);
  expect(blocks[0].text.text.length).toBeLessThanOrEqual(150);
  expect(slack).toContain("42 more alerts not shown");
  expect(Buffer.byteLength(teams ?? "")).toBeLessThan(28_000);
  expect(teams).toContain("51 more alerts not shown");
});

test("Teams gets an adaptive card of text runs, which know no markdown", async () => {
  const { url, received } = await server([202]);
  expect(await teamsTarget({ name: "office", url }).deliver(notice, signal)).toEqual({
    outcome: "delivered",
  });
  const { type, attachments } = JSON.parse(received[0]?.body ?? "");
  const { content, contentType } = attachments[0];
  expect({ type, contentType, card: content.type }).toEqual({
    type: "message",
    contentType: "application/vnd.microsoft.card.adaptive",
    card: "AdaptiveCard",
  });
  const runs = content.body.flatMap(({ inlines }: { inlines: { type: string; text: string }[] }) => inlines);
  expect(new Set(runs.map((run: { type: string }) => run.type))).toEqual(new Set(["TextRun"]));
  expect(runs.map((run: { text: string }) => run.text)).toEqual([
    alert.title,
    alert.title,
    `“${hostile}”`,
    "persona desk, session chat-1, step 4",
    "critical, rule session-alarm",
  ]);
});

const drifted = sampleEvent({
  outcome: "drifted",
  confidence: 0.03,
  model: "model-x",
  action: "reprompt",
  scoringMs: 4,
  rejectedTokens: { input: 100, output: 20 },
  fleet: { model: "model-x", statistic: 12.5, alarm: false },
  utterances: [
    {
      kind: "email",
      field: "send_email.body",
      tool: "send_email",
      outcome: "drifted",
      driftedTo: "sarcasm",
      evidence: [],
    },
  ],
});
const rescue = sampleEvent({ attempt: 2, model: "model-x", rescue: { before: 0.03, after: 0.9 } });

test("Prometheus reads counters of events and alerts", async () => {
  const target = await prometheusTarget({ name: "metrics", port: 0 });
  for (const event of [drifted, rescue, sampleEvent()]) target.observe?.(event);
  await target.deliver({ ...notice, omitted: 2 }, signal);
  const base = `http://127.0.0.1:${target.port}`;
  const response = await fetch(`${base}/metrics`);
  const lines = (await response.text())
    .split("\n")
    .filter((line) => !line.startsWith("#") && !line.includes("_bucket"));
  expect(response.headers.get("content-type")).toContain("text/plain; version=0.0.4");
  expect(lines.join("\n")).toMatchInlineSnapshot(`
    "persona_guard_steps_total{persona="desk",model="model-x",outcome="drifted",attempt="first"} 1
    persona_guard_steps_total{persona="desk",model="model-x",outcome="in-persona",attempt="redraft"} 1
    persona_guard_steps_total{persona="desk",model="unnamed",outcome="in-persona",attempt="first"} 1

    persona_guard_drifted_texts_total{persona="desk",label="sarcasm",kind="email",tool="send_email"} 1

    persona_guard_actions_total{persona="desk",action="reprompt"} 1

    persona_guard_rescues_total{persona="desk"} 1

    persona_guard_rejected_tokens_total{persona="desk",model="model-x",direction="input"} 100
    persona_guard_rejected_tokens_total{persona="desk",model="model-x",direction="output"} 20

    persona_guard_scoring_seconds_sum{persona="desk"} 0.008
    persona_guard_scoring_seconds_count{persona="desk"} 3

    persona_guard_fleet_statistic{persona="desk",model="model-x"} 12.5

    persona_guard_last_event_timestamp_seconds{persona="desk"} 1772445600

    persona_guard_alerts_total{rule="session-alarm",severity="critical",status="firing"} 3
    "
  `);
  expect((await fetch(`${base}/other`)).status).toBe(404);
  await target.close?.();
});

test("a port that is taken is a fault of the configuration", async () => {
  const { url } = await server();
  const taken = prometheusTarget({ name: "metrics", port: Number(new URL(url).port) });
  await expect(taken).rejects.toThrow(
    /The target "metrics" cannot listen on 127\.0\.0\.1:\d+: .*Choose another port/,
  );
});

test("a collector gets events as gen_ai.evaluation.result, notices, and metrics", async () => {
  const { url, received } = await server();
  const target = otlpTarget({
    name: "collector",
    url: `${url}/`,
    headers: { authorization: "Bearer x" },
    now: () => Date.parse(at),
  });
  for (const event of [drifted, rescue]) target.observe?.(event);
  await target.deliver(notice, signal);
  await target.close?.();
  expect(received.map(({ path, headers }) => `${path} ${headers.authorization}`)).toEqual([
    "/v1/logs Bearer x",
    "/v1/logs Bearer x",
    "/v1/metrics Bearer x",
  ]);
  const [noticeLogs, eventLogs, metrics] = received.map(({ body }) => JSON.parse(body));
  expect(noticeLogs.resourceLogs[0].scopeLogs[0].logRecords[0]).toMatchObject({
    eventName: "persona_guard.alert",
    severityNumber: 17,
    body: { stringValue: alert.title },
  });
  const [first, second] = eventLogs.resourceLogs[0].scopeLogs[0].logRecords;
  expect(first).toMatchInlineSnapshot(`
    {
      "attributes": [
        {
          "key": "gen_ai.evaluation.name",
          "value": {
            "stringValue": "persona",
          },
        },
        {
          "key": "gen_ai.evaluation.score.value",
          "value": {
            "doubleValue": 0.03,
          },
        },
        {
          "key": "gen_ai.evaluation.score.label",
          "value": {
            "stringValue": "drifted",
          },
        },
        {
          "key": "gen_ai.evaluation.explanation",
          "value": {
            "stringValue": "drifted to sarcasm",
          },
        },
        {
          "key": "gen_ai.conversation.id",
          "value": {
            "stringValue": "session-1",
          },
        },
        {
          "key": "gen_ai.response.id",
          "value": {
            "stringValue": "step-1",
          },
        },
        {
          "key": "gen_ai.response.model",
          "value": {
            "stringValue": "model-x",
          },
        },
        {
          "key": "persona_guard.event.id",
          "value": {
            "stringValue": "event-1",
          },
        },
        {
          "key": "persona_guard.persona.name",
          "value": {
            "stringValue": "desk",
          },
        },
        {
          "key": "persona_guard.persona.version",
          "value": {
            "stringValue": "1",
          },
        },
        {
          "key": "persona_guard.step.index",
          "value": {
            "intValue": "0",
          },
        },
        {
          "key": "persona_guard.step.attempt",
          "value": {
            "intValue": "1",
          },
        },
        {
          "key": "persona_guard.action",
          "value": {
            "stringValue": "reprompt",
          },
        },
        {
          "key": "persona_guard.session.alarm",
          "value": {
            "boolValue": false,
          },
        },
      ],
      "eventName": "gen_ai.evaluation.result",
      "observedTimeUnixNano": "1772445600000000000",
      "severityNumber": 13,
      "severityText": "WARN",
      "timeUnixNano": "1772445600000000000",
    }
  `);
  expect(second).toMatchObject({ eventName: "gen_ai.evaluation.result", severityNumber: 9 });
  const [{ resource, scopeMetrics }] = metrics.resourceMetrics;
  expect(resource.attributes).toEqual([{ key: "service.name", value: { stringValue: "persona-guard" } }]);
  const byName = Object.fromEntries(
    scopeMetrics[0].metrics.map((metric: { name: string }) => [metric.name, metric]),
  );
  expect(byName["persona_guard.steps"].sum).toMatchObject({ isMonotonic: true, aggregationTemporality: 2 });
  expect(
    byName["persona_guard.steps"].sum.dataPoints.map(({ asDouble }: { asDouble: number }) => asDouble),
  ).toEqual([1, 1]);
  // 2 ms and 4 ms, between the bounds of 1, 2.5 and 5 ms
  expect(byName["persona_guard.scoring"].histogram.dataPoints[0]).toMatchObject({
    count: "2",
    sum: 0.006,
    bucketCounts: ["0", "1", "1", "0", "0", "0", "0", "0", "0", "0", "0", "0"],
    explicitBounds: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  });
});

test("a collector that is away for a while misses no event", async () => {
  const { url, received, count } = await server([503, 503, 200]);
  const target = otlpTarget({ name: "collector", url, exportMs: 20 });
  target.observe?.(drifted);
  await count(3); // logs and metrics fail, then the logs are accepted
  await target.close?.();
  const logs = received.filter(({ path }) => path === "/v1/logs");
  expect(logs[1]?.body).toBe(logs[0]?.body);
});

test("a collector that refuses or stays away costs a bounded memory, and what is lost is told", async () => {
  const { url } = await server([400, 200, 503]);
  const faults: string[] = [];
  const onFault = (message: string) => faults.push(message);
  const target = otlpTarget({ name: "collector", url, exportMs: 3_600_000, onFault });
  for (let index = 0; index < 5_003; index += 1) target.observe?.(rescue);
  await target.close?.();
  const away = otlpTarget({ name: "away", url, exportMs: 3_600_000, onFault });
  away.observe?.(rescue);
  await away.close?.();
  expect(faults).toEqual([
    "collector: 5003 events lost: the collector does not take them",
    "away: 1 events lost: the collector did not take them",
  ]);
});

test("any pino transport takes notices as log lines", async () => {
  const file = join(await temporaryFolder(), "alerts.log");
  const target = pinoTarget({ name: "log", transport: "pino/file", options: { destination: file } });
  expect(await target.deliver(notice, signal)).toEqual({ outcome: "delivered" });
  await target.close?.();
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({
    level: 50,
    msg: alert.title,
    id: "notice-1",
  });
});

test("a module of one's own takes notices; one without a function is refused", async () => {
  const folder = await temporaryFolder();
  const file = (name: string) => join(folder, name);
  await writeFile(
    file("own.mjs"),
    `import { writeFileSync } from "node:fs"; export default ({ rule }) => writeFileSync(${JSON.stringify(file("out"))}, rule);`,
  );
  await writeFile(file("empty.mjs"), "export default 7;");
  const target = await moduleTarget("own", pathToFileURL(file("own.mjs")));
  await target.deliver(notice, signal);
  expect(await readFile(file("out"), "utf8")).toBe("session-alarm");
  await expect(moduleTarget("own", pathToFileURL(file("empty.mjs")))).rejects.toThrow(
    /has no default export that is a function/,
  );
  await expect(moduleTarget("own", pathToFileURL(file("gone.mjs")))).rejects.toThrow(
    /of the target "own" cannot be loaded/,
  );
});

test("a target can be kept from what agents write", async () => {
  const { url, received } = await server();
  const { targets } = alertsSchema.parse({ targets: { ops: { type: "webhook", url, evidence: false } } });
  const [target]: readonly AlertTarget[] = await openTargets(targets);
  await target?.deliver(notice, signal);
  expect(received[0]?.body).not.toContain("channel");
  expect(received[0]?.body).toContain(alert.title);
});

test("secrets come from the environment: each one that is missing is named, none is shown", async () => {
  const { targets } = alertsSchema.parse({
    targets: {
      ops: { type: "webhook", url: "$PG_URL", secret: "$PG_SECRET", headers: { authorization: "$PG_TOKEN" } },
      chat: { type: "slack", url: "$PG_SLACK" },
    },
  });
  const env = { PG_URL: "not an address with hunter22", PG_SECRET: "x", PG_SLACK: "" };
  await expect(openTargets(targets, { env })).rejects.toThrow(
    `Alert targets cannot be opened:
  ops.url: the environment variable PG_URL is no address
  ops.headers.authorization: the environment variable PG_TOKEN is not set
  chat.url: the environment variable PG_SLACK is not set`,
  );
});

test.each([
  {
    targets: { a: { type: "slack", url: "https://hooks.slack.com/services/T/B/X" } },
    says: "must name an environment variable",
  },
  {
    targets: { a: { type: "webhook", url: "https://a.example", secret: "clear" } },
    says: "must name an environment variable",
  },
  { targets: { a: { type: "webhook", url: "https://me:pass@a.example" } }, says: "must not hold a password" },
  { targets: { a: { type: "webhook", url: "ftp://a.example" } }, says: "must be an http(s) address" },
  { targets: {}, rules: [{ when: "session-alarm", to: ["b"] }], says: 'there is no target "b"' },
  {
    targets: {},
    rules: [{ when: "session-alarm" }, { when: "session-alarm" }],
    says: '"session-alarm" is taken',
  },
  { targets: {}, rules: [{ when: "drift-rate", above: 1 }], says: "Too big" },
])("a configuration is refused that $says", ({ says, ...config }) => {
  expect(JSON.stringify(alertsSchema.safeParse(config).error?.issues)).toContain(says.replaceAll('"', '\\"'));
});
