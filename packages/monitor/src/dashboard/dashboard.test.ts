import { readFile } from "node:fs/promises";
import { request } from "node:http";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleEvent } from "../testing.js";
import type { News, StepView } from "./api.js";
import { startDashboard } from "./dashboard.js";
import { type Served, served } from "./testing.js";

const token = "a-token-of-enough-characters";
const drifted = sampleEvent({
  id: "drifted",
  outcome: "drifted",
  action: "log",
  utterances: [
    {
      kind: "email",
      field: "send_email.body",
      tool: "send_email",
      text: "Oh, congratulations on this.",
      outcome: "drifted",
      driftedTo: "sarcasm",
      evidence: [{ start: 0, end: 28, text: "Oh, congratulations on this." }],
    },
  ],
});

/** A request with headers that `fetch` does not let one set. */
function ask(
  url: string,
  {
    headers = {},
    method = "GET",
    body,
  }: { headers?: Record<string, string>; method?: string; body?: string },
) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      const sent = request(url, { method, headers }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (piece) => {
          text += piece;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      sent.on("error", reject).end(body);
    },
  );
}

describe("without a token", () => {
  let it: Served;
  beforeAll(async () => {
    it = await served();
    await it.log([drifted]);
    await it.hasRead(1);
  });
  afterAll(() => it.dashboard.close());

  test.each([
    { host: "localhost:4100", status: 200 },
    { host: "127.0.0.1", status: 200 },
    { host: "[::1]:4100", status: 200 },
    { host: "attacker.example", status: 421 },
    { host: "localhost.attacker.example:4100", status: 421 },
    { host: "127.0.0.1.attacker.example", status: 421 },
  ])("a request to the name $host is answered with $status", async ({ host, status }) => {
    expect((await ask(`${it.dashboard.url}api/start`, { headers: { host } })).status).toBe(status);
  });

  test("every answer forbids inline scripts, other hosts, frames and guessing of types", async () => {
    for (const path of ["", "api/start", "nowhere"]) {
      const { headers } = await ask(`${it.dashboard.url}${path}`, {});
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self'");
      expect(policy).not.toContain("unsafe");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["x-frame-options"]).toBe("DENY");
      expect(headers["referrer-policy"]).toBe("no-referrer");
    }
  });

  test.each([
    { who: "our own page", headers: { origin: "SELF", "sec-fetch-site": "same-origin" }, status: 200 },
    { who: "a program without a browser", headers: {}, status: 200 },
    { who: "another site's page", headers: { origin: "https://attacker.example" }, status: 403 },
    { who: "another port of this machine", headers: { origin: "http://127.0.0.1:1" }, status: 403 },
    { who: "a page without an origin", headers: { origin: "null" }, status: 403 },
    {
      who: "a page that the browser calls foreign",
      headers: { "sec-fetch-site": "cross-site" },
      status: 403,
    },
    {
      who: "a form, which cannot send our header",
      headers: { "x-persona-guard": "" },
      drop: true,
      status: 403,
    },
  ])("a label written by $who is answered with $status", async ({ headers, drop, status }) => {
    const self = it.dashboard.url.slice(0, -1);
    const sent = Object.fromEntries(
      Object.entries({ "x-persona-guard": "label", ...headers })
        .filter(([name]) => !(drop === true && name === "x-persona-guard"))
        .map(([name, value]) => [name, value === "SELF" ? self : value]),
    );
    const answer = await ask(`${it.dashboard.url}api/label?id=drifted`, {
      method: "POST",
      headers: sent,
      body: '{"verdict":"none"}',
    });
    expect(answer.status).toBe(status);
  });

  test("a label is kept with the text, shows at the step, and can be taken back", async () => {
    const say = (body: string) =>
      ask(`${it.dashboard.url}api/label?id=drifted`, {
        method: "POST",
        headers: { "x-persona-guard": "label" },
        body,
      });
    expect((await say('{"verdict":"false-alarm"}')).status).toBe(200);
    expect((await it.get<StepView>("api/step?id=drifted")).label).toEqual({
      verdict: "false-alarm",
      trait: null,
    });
    const [row = "", ...rest] = (await readFile(it.labels, "utf8")).trim().split("\n");
    expect(rest).toEqual([]);
    expect(JSON.parse(row)).toMatchObject({
      text: "Oh, congratulations on this.",
      kind: "email",
      label: "negative",
      verdict: "false-alarm",
      event: "drifted",
      session: "session-1",
      step: "step-1",
      index: 0,
    });
    expect((await say('{"verdict":"none"}')).status).toBe(200);
    expect(await readFile(it.labels, "utf8")).toBe("");
    expect((await say('{"verdict":"perhaps"}')).status).toBe(400);
  });

  test("a faulty question is refused by the name of its field, and nothing outside the page's folder is served", async () => {
    const faulty = await ask(`${it.dashboard.url}api/search?outcome=fine`, {});
    expect(faulty.status).toBe(400);
    expect(JSON.parse(faulty.text).message).toContain("outcome");
    for (const path of ["assets/../../dashboard/app.js", "assets/%2e%2e/index.html", "../package.json"])
      expect((await ask(`${it.dashboard.url}${path}`, {})).status).toBe(404);
  });
});

describe("with a token", () => {
  let it: Served;
  beforeAll(async () => {
    it = await served({ token });
  });
  afterAll(() => it.dashboard.close());

  test.each([
    { sent: "nothing", headers: {}, status: 401 },
    {
      sent: "another token",
      headers: { authorization: "Bearer another-token-of-many-letters" },
      status: 401,
    },
    {
      sent: "the beginning of the token",
      headers: { authorization: `Bearer ${token.slice(0, 20)}` },
      status: 401,
    },
    { sent: "the token as a cookie", headers: { cookie: `persona-guard=${token}` }, status: 401 },
    { sent: "the token", headers: { authorization: `Bearer ${token}` }, status: 200 },
  ])("$sent is answered with $status", async ({ headers, status }) => {
    expect((await ask(`${it.dashboard.url}api/start`, { headers })).status).toBe(status);
  });

  test("the login page takes the token and sets a cookie that scripts cannot read, and that opens the dashboard", async () => {
    const page = await ask(it.dashboard.url, {});
    expect(page.status).toBe(401);
    expect(page.text).toContain('type="password"');
    const login = (sent: string) =>
      ask(`${it.dashboard.url}login`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ token: sent }).toString(),
      });
    expect((await login("wrong")).status).toBe(401);
    const { status, headers } = await login(token);
    expect(status).toBe(303);
    const [cookie = ""] = headers["set-cookie"] ?? [];
    expect(cookie).toContain("HttpOnly");
    expect(cookie).toContain("SameSite=Strict");
    expect(cookie).not.toContain(token);
    const opened = await ask(`${it.dashboard.url}api/start`, {
      headers: { cookie: cookie.split(";")[0] ?? "" },
    });
    expect(opened.status).toBe(200);
  });
});

const outside = Object.values(networkInterfaces())
  .flat()
  .find((one) => one !== undefined && !one.internal)?.address;

test.each([{ host: "0.0.0.0" }, { host: "::" }, { host: outside ?? "192.0.2.1" }, { host: "example.org" }])(
  "$host is refused without a token, before anything listens",
  async ({ host }) => {
    await expect(startDashboard({ events: ["."], host, port: 0 })).rejects.toMatchObject({
      code: "options-invalid",
    });
    await expect(startDashboard({ events: ["."], host, port: 0, token: "short" })).rejects.toThrow(
      /5 characters/,
    );
  },
);

test("a dashboard that is closed while it answers ends after its last answer, and harms nothing", async () => {
  const it = await served();
  await it.log(
    Array.from({ length: 3_000 }, (_, index) =>
      sampleEvent({ id: `event-${index}`, session: `session-${index % 50}` }),
    ),
  );
  await it.hasRead(3_000);
  const paths = [
    "summary",
    "coverage",
    "sessions",
    "search?text=none",
    "drift-rates?by=tool",
    "step?id=event-7",
  ];
  const asked = Array.from({ length: 10 }, () => paths.map((path) => it.get(`api/${path}`))).flat();
  await it.log([sampleEvent({ id: "one more" })]);
  const answers = Promise.allSettled(asked);
  await it.dashboard.close();
  expect(await answers).toHaveLength(60);
  await expect(it.get("api/start")).rejects.toThrow("fetch failed");
});

test("a port that is taken is told, and names the address", async () => {
  const it = await served();
  const port = Number(new URL(it.dashboard.url).port);
  await expect(startDashboard({ events: ["."], port })).rejects.toThrow(`127.0.0.1:${port}`);
  await it.dashboard.close();
});

describe("the live feed", () => {
  let it: Served;
  beforeAll(async () => {
    it = await served();
  });
  afterAll(() => it.dashboard.close());

  /** Messages of a feed until `until` is true of them. */
  async function messages(init: RequestInit, query: string, until: (found: readonly string[]) => boolean) {
    const abort = new AbortController();
    const response = await fetch(`${it.dashboard.url}api/live${query}`, { ...init, signal: abort.signal });
    const found: string[] = [];
    const decoder = new TextDecoder();
    let text = "";
    for await (const piece of response.body ?? []) {
      text += decoder.decode(piece, { stream: true });
      const whole = text.split("\n\n");
      text = whole.pop() ?? "";
      found.push(...whole);
      if (until(found)) break;
    }
    abort.abort();
    return found;
  }
  const field = (message: string, name: string) =>
    message
      .split("\n")
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const idsIn = (found: readonly string[]) =>
    found.flatMap((message) => (JSON.parse(field(message, "data") ?? "{}") as News).rows.map(({ id }) => id));

  test("goes on after the last message that was received, and misses nothing", async () => {
    const start = await it.hasRead(0);
    await it.log([sampleEvent({ id: "a" }), sampleEvent({ id: "b" })]);
    const first = await messages({}, `?after=${start.cursor}`, (found) => idsIn(found).length === 2);
    expect(idsIn(first)).toEqual(["a", "b"]);
    await it.log([sampleEvent({ id: "c" })], "another.jsonl");
    const lastId = field(first.at(-1) ?? "", "id") ?? "";
    const resumed = await messages(
      { headers: { "last-event-id": lastId } },
      `?after=${start.cursor}`,
      (found) => idsIn(found).length > 0,
    );
    expect(idsIn(resumed)).toEqual(["c"]);
  });

  test("says so when a position is of another run, so that the page starts anew", async () => {
    const found = await messages({ headers: { "last-event-id": "old-17" } }, "", (all) => all.length > 0);
    expect(field(found[0] ?? "", "event")).toBe("restart");
  });
});
