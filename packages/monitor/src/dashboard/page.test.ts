import { existsSync } from "node:fs";
import { appendFile, readFile, rename } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { ChatOpenAI } from "@langchain/openai";
import { loadGuard } from "@persona-guard/classifier";
import { type DriftEvent, definePersona } from "@persona-guard/core";
import { personaGuardMiddleware } from "@persona-guard/langchain";
import { startCompletionsServer } from "@persona-guard/testing";
import axe from "axe-core";
import { createAgent } from "langchain";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleEvent } from "../testing.js";
import { lineOf, type Served, served } from "./testing.js";

/** What does not show by then never will. */
const waitMs = 20_000;
const loaded = "main:has(h1):not(:has([aria-busy]))";
const executablePath = "/usr/bin/chromium";
/** Runs in the page, where axe is then defined. */
const violations =
  "axe.run().then((found) => found.violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)].join(' ')))";
const sarcastic =
  "Oh, congratulations on a truly innovative business model: one night, two payments. What a delightful surprise for our customer.";
const plain =
  "Your refund of 42.50 was issued this morning, and it reaches your account within three working days.";

const drift = (fields: Partial<DriftEvent>): DriftEvent =>
  sampleEvent({
    outcome: "drifted",
    action: "reprompt",
    confidence: 0.02,
    model: "gpt-4o-mini",
    utterances: [
      {
        kind: "email",
        field: "send_email.body",
        tool: "send_email",
        text: sarcastic,
        outcome: "drifted",
        confidence: 0.02,
        driftedTo: "sarcasm",
        evidence: [{ start: 0, end: 82, text: sarcastic.slice(0, 82) }],
      },
    ],
    fleet: { model: "gpt-4o-mini", statistic: 4, alarm: false },
    ...fields,
  });
const redraft = sampleEvent({
  id: "redraft",
  attempt: 2,
  confidence: 0.97,
  rescue: { before: 0.02, after: 0.97 },
  utterances: [
    {
      kind: "email",
      field: "send_email.body",
      tool: "send_email",
      text: plain,
      outcome: "in-persona",
      confidence: 0.97,
      evidence: [],
    },
  ],
});

// Without a browser these tests have nothing to say: install chromium to run them.
describe.skipIf(!existsSync(executablePath))(`the page in ${executablePath}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser.close());

  /** A page of a dashboard; what its console complains of is collected. */
  async function opened(it: Served, { path = "", ...options }: { path?: string; width?: number } = {}) {
    const page = await browser.newPage({
      viewport: { width: options.width ?? 1280, height: 800 },
      colorScheme: "light",
      reducedMotion: "reduce",
    });
    page.setDefaultTimeout(waitMs);
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
    await page.goto(`${it.dashboard.url}${path}`);
    return { page, complaints };
  }
  const feed = (page: Page) => page.getByRole("region", { name: "Live" }).getByRole("listitem");

  test("an agent's steps appear while it works, its drift with the evidence, and its rescue", async () => {
    const it = await served();
    const { page, complaints } = await opened(it);
    await page.getByText("No step is logged yet").waitFor();
    const server = await startCompletionsServer([{ content: sarcastic }, { content: plain }]);
    const persona = definePersona({ name: "desk", description: "A bank's desk.", avoids: ["sarcasm"] });
    const guard = await loadGuard({ persona, tier: "lexical" });
    const agent = createAgent({
      model: new ChatOpenAI({
        model: "recorded",
        apiKey: "none",
        maxRetries: 0,
        configuration: { baseURL: server.url },
      }),
      tools: [],
      middleware: [personaGuardMiddleware({ guard, logFile: join(it.folder, "agent.jsonl") })],
    });
    await agent.invoke({ messages: [{ role: "user", content: "Where is my refund?" }] });
    await feed(page).filter({ hasText: "in persona, rescued" }).waitFor();
    expect(await feed(page).filter({ hasText: "drifted to sarcasm, sent back" }).textContent()).toContain(
      "truly innovative",
    );
    await page.getByText("1 of 1 first drafts").waitFor();
    await page.getByText("1 of 1 sent back").waitFor();
    expect(complaints).toEqual([]);
    await Promise.all([server.close(), guard.close(), page.close()]);
    await it.dashboard.close();
  });

  test("a reload, and a server that was away for a moment, lose nothing", async () => {
    const it = await served();
    await it.log([drift({ id: "one" }), sampleEvent({ id: "two", session: "other" })]);
    const { page } = await opened(it, { path: "#/?by=tool&feed=drift" });
    await feed(page).first().waitFor();
    await page.reload();
    await feed(page).first().waitFor();
    expect(await feed(page).count()).toBe(1);
    expect(await page.getByRole("radio", { name: "Tool" }).isChecked()).toBe(true);
    const port = Number(new URL(it.dashboard.url).port);
    await it.dashboard.close();
    await page.getByText("Disconnected").waitFor();
    await it.log([drift({ id: "three" })]);
    const again = await served({ events: [it.folder], port });
    await page.getByText("Live 3 steps").waitFor();
    await feed(page).nth(1).waitFor();
    await page.close();
    await again.dashboard.close();
  });

  test("a log that is rotated while the page is open shows every step once", async () => {
    const it = await served();
    const { page } = await opened(it);
    const steps = Array.from({ length: 12 }, (_, index) =>
      sampleEvent({ id: `step-${index}`, session: `session-${index}` }),
    );
    for (const [index, step] of steps.entries()) {
      await it.log([step]);
      if (index % 3 === 2)
        await rename(join(it.folder, "events.jsonl"), join(it.folder, `events.${index}.jsonl`));
    }
    await page.getByText("Live 12 steps").waitFor();
    const shown = await feed(page).locator(".where").allInnerTexts();
    expect(shown.map((text) => text.match(/session-\d+/)?.[0]).sort()).toEqual(
      steps.map(({ session }) => session).sort(),
    );
    await page.close();
    await it.dashboard.close();
  });

  test("hostile text is shown as text: markup, direction overrides, NUL, a megabyte, and lines that are not UTF-8", async () => {
    const it = await served();
    const script = "<script>document.title='taken'</script><img src=x onerror=alert(1)>";
    const override = "safe\u202etxt.exe";
    const long = `begin ${"word ".repeat(210_000)} end`;
    const text = (id: string, content: string) =>
      drift({
        id,
        session: content.slice(0, 60),
        persona: { name: script, version: "1" },
        utterances: [
          {
            kind: "chat",
            field: "text",
            text: content,
            outcome: "drifted",
            driftedTo: script,
            evidence: [{ start: 0, end: 9, text: content.slice(0, 120) }],
          },
        ],
      });
    await it.log([
      text("markup", script),
      text("override", override),
      text("nul", "a\u0000b"),
      text("long", long),
    ]);
    await appendFile(join(it.folder, "events.jsonl"), Buffer.from([0x7b, 0xff, 0xfe, 0x00, 0x0a]));
    await it.log([text("after", "after the bad line")]);
    const { page, complaints } = await opened(it);
    await page.getByText("Live 5 steps").waitFor();
    await page.getByText("1 line of the log is unreadable").waitFor();
    for (const id of ["markup", "override", "nul", "long"]) {
      await page.goto(`${it.dashboard.url}#/step/${id}`);
      await page.locator(".utterance .text").waitFor();
      expect(await page.locator("img, main script").count()).toBe(0);
      const shown = await page.locator(".utterance .text").textContent();
      expect(shown).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
      if (id === "markup") expect(shown).toContain(script);
      if (id === "override") expect(shown).toContain("safeU+202Etxt.exe");
      if (id === "long") expect(shown?.length).toBeLessThan(25_000);
    }
    await page.getByRole("button", { name: /Show all/ }).click();
    await page.getByText("end", { exact: false }).last().waitFor();
    expect(await page.title()).toBe("Step – persona-guard");
    expect(complaints).toEqual([]);
    await page.close();
    await it.dashboard.close();
  });

  describe("with a drifted step and its redraft", () => {
    let it: Served;
    const alarm = { sessionAlarm: true, sessionEValue: 150, sessionStart: 0 };
    beforeAll(async () => {
      it = await served();
      await it.log([
        sampleEvent({ id: "first", model: "gpt-4o-mini" }),
        drift({ id: "draft", index: 1, ...alarm }),
        { ...redraft, index: 1, ...alarm },
      ]);
      await it.hasRead(3);
    });
    afterAll(() => it.dashboard.close());
    const paths = [
      "",
      "#/?by=trait",
      "#/sessions",
      "#/session/session-1",
      "#/step/draft",
      "#/step/redraft",
      "#/search?text=innovative",
      "#/step/nowhere",
    ];

    test.each(paths.map((path) => ({ path })))(
      "axe finds nothing to object to at /$path, light or dark",
      async ({ path }) => {
        const { page, complaints } = await opened(it, { path });
        await page.locator(loaded).waitFor();
        await page.evaluate(axe.source);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          expect(await page.evaluate(violations)).toEqual([]);
        }
        expect(complaints.filter((one) => !one.includes("404"))).toEqual([]);
        await page.close();
      },
    );

    test.each(paths.map((path) => ({ path })))("/$path fits a phone of 360 pixels", async ({ path }) => {
      const { page } = await opened(it, { path, width: 360 });
      await page.locator(loaded).waitFor();
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(360);
      await page.close();
    });

    test("a step shows its evidence marked, and what the redraft changed", async () => {
      const { page } = await opened(it, { path: "#/step/draft" });
      expect(await page.locator("mark").textContent()).toBe(sarcastic.slice(0, 82));
      expect(await page.locator("del").allInnerTexts()).toContainEqual(
        expect.stringContaining("congratulations"),
      );
      expect(await page.locator("ins").allInnerTexts()).toContainEqual(expect.stringContaining("refund"));
      await page.close();
    });

    test("the session says where its drift began and when it alarmed", async () => {
      const { page } = await opened(it, { path: "#/session/session-1" });
      await page.getByText("Session alarm at step 1; the drift most likely began at step 0.").waitFor();
      expect(await page.locator(".confidence-chart").textContent()).toContain("session alarm, step 1");
      await page.close();
    });

    test("keys alone lead from the start to a step, and mark it", async () => {
      const { page } = await opened(it, { path: "#/search?outcome=drifted" });
      await page.getByRole("listitem").first().waitFor();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter"); // "Skip to content"
      for (let presses = 0; presses < 4; presses++) {
        await page.keyboard.press("Tab");
        if (await page.evaluate("document.activeElement?.matches('ol a')")) break;
      }
      await page.keyboard.press("Enter");
      const button = page.getByRole("button", { name: "Mark as false alarm" });
      await button.focus();
      await page.keyboard.press("Enter");
      await page.getByText("Marked as a false alarm.").waitFor();
      expect(await readFile(it.labels, "utf8")).toContain('"verdict":"false-alarm"');
      await page.reload();
      await page.getByRole("button", { name: "Take back" }).click();
      await button.waitFor();
      expect(await readFile(it.labels, "utf8")).toBe("");
      await page.close();
    });

    test("another site's page cannot write a label, whatever it tries", async () => {
      const attack = `<script>
        const at = ${JSON.stringify(`${it.dashboard.url}api/label?id=draft`)}, body = '{"verdict":"false-alarm"}';
        Promise.allSettled([
          fetch(at, { method: "POST", mode: "no-cors", body }),
          fetch(at, { method: "POST", headers: { "x-persona-guard": "label" }, body }),
          fetch(at, { method: "POST", mode: "no-cors", headers: { "content-type": "text/plain" }, body, credentials: "include" }),
        ]).then(() => { document.title = "tried"; });
      </script>`;
      const site = createServer((_, response) => response.setHeader("content-type", "text/html").end(attack));
      await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
      const { port } = site.address() as AddressInfo; // a listening TCP server has one
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.waitForFunction("document.title === 'tried'");
      expect(await readFile(it.labels, "utf8").catch(() => "")).toBe("");
      await page.close();
      site.close();
    });
  });

  test("a token is asked for, and opens the page", async () => {
    const token = "a-token-of-enough-characters";
    const it = await served({ token });
    await appendFile(join(it.folder, "events.jsonl"), lineOf(drift({})));
    const { page } = await opened(it);
    await page.getByLabel("Token").fill(token);
    await page.getByRole("button").click();
    await feed(page).first().waitFor();
    await page.close();
    await it.dashboard.close();
  });
});
