import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import * as z from "zod";
import type { VerdictRow } from "../verdict-row.js";
import { pushTargets, pushVerdicts } from "./push-verdicts.js";

interface Asked {
  readonly path: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}
interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server that keeps what it is sent, and answers in turn; with 200 when nothing more is scripted. */
let asked: Asked[] = [];
let answers: Answered[] = [];
let url = "";
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  asked.push({
    path: request.url,
    headers: request.headers,
    body: JSON.parse(Buffer.concat(chunks).toString()),
  });
  const { status, headers = {}, body = "{}" } = answers.shift() ?? { status: 200 };
  response.writeHead(status, headers).end(body);
});
beforeEach(async () => {
  asked = [];
  answers = [];
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // a listening TCP server has one
});
afterEach(async () => {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

const origins = {
  langsmith: {
    trace: "0190a5d0-7a6c-7c3e-8f5d-2f1a4f5b6c70",
    span: "0190a5d0-7a6c-7c3e-8f5d-2f1a4f5b6c7d",
  },
  langfuse: { trace: "trace-of-ours", span: "observation-of-ours" },
  otlp: { trace: "5b8efff798038103d269b633813fc60c", span: "eee19b7ec3c1b174" },
} as const;

const row: VerdictRow = {
  session: "conversation-7",
  step: "step-0",
  index: 4,
  outcome: "drifted",
  confidence: 0.012,
  pValue: 0.001,
  sessionEValue: 3.5,
  sessionAlarm: false,
  utterances: [
    {
      kind: "email",
      field: "send_email.body",
      tool: "send_email",
      outcome: "drifted",
      confidence: 0.012,
      driftedTo: "sycophancy",
      evidence: [{ start: 0, end: 18, text: "You are a genius!" }],
    },
  ],
  source: { file: "runs.jsonl", line: 3 },
};

type Name = keyof typeof pushTargets;

function targetOf(name: Name) {
  return pushTargets[name]({
    env: {
      LANGSMITH_API_KEY: "lsv2_key",
      LANGSMITH_ENDPOINT: `${url}/api/v1/`,
      LANGSMITH_WORKSPACE_ID: "workspace",
      LANGFUSE_PUBLIC_KEY: "pk-lf-1",
      LANGFUSE_SECRET_KEY: "sk-lf-2",
      LANGFUSE_BASE_URL: url,
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc,x-team=a",
      OTEL_SERVICE_NAME: "nightly",
    },
    persona: { name: "clerk", version: "2" },
    classifier: "persona-guard-en-0.1.0/cascade",
    at: new Date("2026-03-01T12:00:00Z"),
  });
}

async function* rowsOf(...rows: readonly VerdictRow[]): AsyncGenerator<VerdictRow> {
  yield* rows;
}

const quick = { perSecond: 1_000_000, firstWaitMs: 1 };
const explanation = 'drifted to sycophancy in send_email.body: "You are a genius!"';

/** What each tool documents as the body of a request. */
const documented = {
  langsmith: z.strictObject({
    id: z.uuid(),
    run_id: z.literal(origins.langsmith.span),
    key: z.literal("persona-guard:clerk"),
    score: z.literal(0.012),
    value: z.literal("drifted"),
    comment: z.literal(explanation),
    feedback_source: z.strictObject({
      type: z.literal("model"),
      metadata: z.record(z.string(), z.unknown()),
    }),
  }),
  langfuse: z.strictObject({
    id: z.string(),
    traceId: z.literal("trace-of-ours"),
    observationId: z.literal("observation-of-ours"),
    name: z.literal("persona-guard:clerk"),
    value: z.literal(0.012),
    dataType: z.literal("NUMERIC"),
    comment: z.literal(explanation),
    metadata: z.record(z.string(), z.unknown()),
  }),
  otlp: z.strictObject({
    resourceLogs: z.tuple([
      z.strictObject({
        resource: z.strictObject({
          attributes: z.tuple([
            z.strictObject({
              key: z.literal("service.name"),
              value: z.strictObject({ stringValue: z.literal("nightly") }),
            }),
          ]),
        }),
        scopeLogs: z.tuple([
          z.strictObject({
            scope: z.strictObject({ name: z.literal("persona-guard"), version: z.string() }),
            logRecords: z.tuple([
              z.strictObject({
                timeUnixNano: z.literal("1772366400000000000"),
                observedTimeUnixNano: z.literal("1772366400000000000"),
                severityNumber: z.literal(13),
                eventName: z.literal("gen_ai.evaluation.result"),
                traceId: z.literal(origins.otlp.trace),
                spanId: z.literal(origins.otlp.span),
                attributes: z.array(
                  z.strictObject({
                    key: z.string(),
                    value: z.union([
                      z.strictObject({ stringValue: z.string() }),
                      z.strictObject({ doubleValue: z.number() }),
                      z.strictObject({ boolValue: z.boolean() }),
                    ]),
                  }),
                ),
              }),
            ]),
          }),
        ]),
      }),
    ]),
  }),
};

test.each([
  {
    name: "langsmith",
    path: "/api/v1/feedback",
    headers: { "x-api-key": "lsv2_key", "x-tenant-id": "workspace" },
  },
  {
    name: "langfuse",
    path: "/api/public/scores",
    headers: { authorization: `Basic ${Buffer.from("pk-lf-1:sk-lf-2").toString("base64")}` },
  },
  { name: "otlp", path: "/v1/logs", headers: { authorization: "Bearer abc", "x-team": "a" } },
] as const)("a verdict reaches $name as that tool documents it", async ({ name, path, headers }) => {
  const pushed = await pushVerdicts(rowsOf({ ...row, origin: origins[name] }), targetOf(name), quick);
  expect(pushed).toEqual({ sent: 1, left: 0 });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ path, headers: { ...headers, "content-type": "application/json" } });
  documented[name].parse(asked[0]?.body);
});

test("an OTLP event has the attributes of the GenAI conventions", async () => {
  await pushVerdicts(rowsOf({ ...row, origin: origins.otlp }), targetOf("otlp"), quick);
  const text = JSON.stringify(asked[0]?.body);
  for (const attribute of [
    { key: "gen_ai.evaluation.name", value: { stringValue: "persona-guard:clerk" } },
    { key: "gen_ai.evaluation.score.value", value: { doubleValue: 0.012 } },
    { key: "gen_ai.evaluation.score.label", value: { stringValue: "drifted" } },
    { key: "gen_ai.evaluation.explanation", value: { stringValue: explanation } },
  ])
    expect(text).toContain(JSON.stringify(attribute));
});

test("a verdict that is sent again keeps its id, and another step has another", async () => {
  const one = { ...row, origin: origins.langfuse };
  const other = { ...one, origin: { ...origins.langfuse, span: "another" } };
  await pushVerdicts(rowsOf(one, one, other), targetOf("langfuse"), quick);
  const ids = asked.map(({ body }) => z.looseObject({ id: z.string() }).parse(body).id);
  expect(ids[0]).toBe(ids[1]);
  expect(ids[2]).not.toBe(ids[0]);
});

test("what says nothing is not sent, and what the tool has no place for is counted", async () => {
  const silent: VerdictRow = { ...row, outcome: "silent", origin: origins.langfuse };
  const { confidence: _, ...unscored } = { ...row, origin: origins.langfuse };
  const pushed = await pushVerdicts(rowsOf(silent, unscored, row), targetOf("langfuse"), quick);
  expect(pushed).toEqual({ sent: 0, left: 2 }); // without a score; without ids
  expect(asked).toEqual([]);
});

test("OTLP events go a hundred in a request", async () => {
  const rows = Array.from({ length: 230 }, () => ({ ...row, origin: origins.otlp }));
  expect(await pushVerdicts(rowsOf(...rows), targetOf("otlp"), quick)).toEqual({ sent: 230, left: 0 });
  expect(asked).toHaveLength(3);
});

test.each([
  { name: "busy", status: 429, headers: { "retry-after": "0" } },
  {
    name: "busy until a time that has passed",
    status: 429,
    headers: { "retry-after": new Date(0).toUTCString() },
  },
  { name: "broken", status: 500, headers: {} },
  { name: "gone for a moment", status: 503, headers: {} },
])("a server that is $name is asked again", async ({ status, headers }) => {
  answers = [
    { status, headers },
    { status, headers },
  ];
  const rows = rowsOf({ ...row, origin: origins.langsmith });
  expect(await pushVerdicts(rows, targetOf("langsmith"), quick)).toEqual({ sent: 1, left: 0 });
  expect(asked).toHaveLength(3);
});

test("Retry-After is waited for, rather than our own shorter wait", async () => {
  answers = [{ status: 429, headers: { "retry-after": "3600" } }];
  const abort = new AbortController();
  server.once("request", (_, response) => response.once("finish", () => setImmediate(() => abort.abort())));
  const rows = rowsOf({ ...row, origin: origins.langsmith });
  await expect(
    pushVerdicts(rows, targetOf("langsmith"), { ...quick, signal: abort.signal }),
  ).rejects.toMatchObject({ code: "push-failed" });
  expect(asked).toHaveLength(1);
});

test.each([
  {
    name: "a wrong key",
    answer: { status: 401, body: '{"detail": "no key"}' },
    tries: 1,
    says: "answered 401",
  },
  {
    name: "a redirect, which might take the key elsewhere",
    answer: { status: 302, headers: { location: "http://127.0.0.1:1/" } },
    tries: 2,
    says: "gave no answer",
  },
  {
    name: "a server that stays broken",
    answer: { status: 500 },
    tries: 2,
    says: "answered 500 {}, after 2 tries",
  },
])("$name ends it, saying what was sent before and no key", async ({ answer, tries, says }) => {
  answers = [{ status: 200 }, ...Array.from({ length: tries }, () => answer)];
  const one = { ...row, origin: origins.langsmith };
  const pushing = pushVerdicts(rowsOf(one, one), targetOf("langsmith"), { ...quick, tries: 2 });
  await expect(pushing).rejects.toMatchObject({
    code: "push-failed",
    message: expect.stringMatching(/^Verdicts could not be sent to LangSmith: .*\. 1 were sent; /s),
  });
  await expect(pushing).rejects.toThrow(says);
  await expect(pushing).rejects.not.toThrow("lsv2_key");
  expect(asked).toHaveLength(1 + tries);
});

test("events that an OTLP endpoint refuses in a good answer are a failure, too", async () => {
  answers = [{ status: 200, body: '{"partialSuccess": {"rejectedLogRecords": "1"}}' }];
  const rows = rowsOf({ ...row, origin: origins.otlp });
  await expect(pushVerdicts(rows, targetOf("otlp"), quick)).rejects.toThrow("refused 1 of 1 verdicts");
});

test.each([
  { name: "langsmith", says: "set LANGSMITH_API_KEY or LANGCHAIN_API_KEY" },
  { name: "langfuse", says: "set LANGFUSE_PUBLIC_KEY" },
] as const)("without keys $name says which variables are missing", ({ name, says }) => {
  const persona = { name: "clerk", version: "1" };
  expect(() => pushTargets[name]({ env: {}, persona, classifier: "c", at: new Date(0) })).toThrow(says);
});
