import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Summary } from "./summary.js";
import { launchChromium, noChromium, openFile } from "./testing/chromium.js";
import { madeRows, writeRun } from "./testing/made-run.js";
import type { VerdictRow } from "./verdict-row.js";
import { writeReport } from "./write-report.js";

const hostile =
  '</script><script>document.title = "taken"</script><img src=x onerror=alert(1)>\u0000\u202Egnorts\u202C';
const whole = `Mail me at [email] first. ${hostile} Then wait.`;
const hostileRow: VerdictRow = {
  session: hostile,
  step: "step-0",
  index: 0,
  outcome: "drifted",
  confidence: 0.00001,
  pValue: 0.001,
  sessionEValue: 2,
  sessionAlarm: false,
  utterances: [
    {
      kind: "email",
      field: `${hostile}.body`,
      tool: hostile,
      text: whole,
      outcome: "drifted",
      confidence: 0.00001,
      pValue: 0.001,
      driftedTo: hostile,
      // The offset is of the text before "[email]" took the place of an address.
      evidence: [{ start: 40, end: 40 + hostile.length, text: hostile }],
    },
  ],
  source: { file: hostile, line: 1 },
  model: hostile,
};

describe.skipIf(noChromium !== undefined)(
  `report.html in Chromium${noChromium === undefined ? "" : ` (${noChromium})`}`,
  () => {
    let browser: Browser;
    let file = "";
    let summary: Summary;
    beforeAll(async () => {
      browser = await launchChromium();
      const folder = await mkdtemp(join(tmpdir(), "persona-guard-report-"));
      await writeRun(folder, [...madeRows({ steps: 1_000, texts: true }), hostileRow], {
        persona: { name: hostile, version: "3" },
        warnings: [hostile],
        gates: [
          {
            gate: "max-drift-rate",
            limit: 0.01,
            value: 0.05,
            passed: false,
            finding: "5 of 100 judged steps drifted",
          },
        ],
        unreadable: { total: 2, first: [hostile] },
        skippedFiles: Array.from({ length: 501 }, () => ({
          file: hostile,
          reason: `${hostile}: unknown trace format`,
        })),
      });
      ({ file } = await writeReport(folder));
      summary = JSON.parse(await readFile(join(folder, "summary.json"), "utf8"));
    });
    afterAll(() => browser.close());

    test("it opens from a file without a complaint or a request, whatever the traces hold", async () => {
      const { page, complaints } = await openFile(browser, file);
      await page.getByText("unreadable record").click();
      await page.getByText("501 skipped files").click();
      expect(await page.getByText("… and 1 more.").count()).toBe(2);
      expect(await page.title()).toMatch(/^Drift report: /);
      expect(await page.locator("img").count()).toBe(0);
      expect(await page.locator("script").count()).toBe(2);
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("its headline says what summary.json says", async () => {
      const { page } = await openFile(browser, file);
      const { driftedSteps, sessions, steps } = summary;
      const percent = (share = Number.NaN) => (100 * share).toFixed(1);
      const header = await page.locator("header").textContent();
      const scored = steps["in-persona"] + steps.drifted;
      for (const said of [
        `${percent(driftedSteps.share)} % drift rate`,
        `95 % interval ${percent(driftedSteps.low)}–${percent(driftedSteps.high)} %`,
        `${sessions.alarmed} sessions alarmed`,
        `of ${sessions.total} sessions`,
        `${percent(scored / (steps.total - steps.silent))} % coverage`,
        `${scored} scored`,
        `${steps.undecided} undecided`,
        `${steps.unscored} not scored`,
        "false-alarm rate 0.01",
        "persona-guard-en/lexical",
        "✗ failed max-drift-rate 0.01: 5 of 100 judged steps drifted",
        "Warning: ",
      ])
        expect(header).toContain(said);
      await page.close();
    });

    test("evidence is marked in the masked text it stands in, and hidden characters are made visible", async () => {
      const { page } = await openFile(browser, file);
      const worst = page.locator(".steps article").first();
      const shown = hostile
        .replace("\u0000", "␀")
        .replace("\u202E", "⟨U+202E⟩")
        .replace("\u202C", "⟨U+202C⟩");
      expect(await worst.locator("mark").textContent()).toBe(shown);
      expect(await worst.locator("blockquote").textContent()).toBe(whole.replace(hostile, shown));
      await page.close();
    });

    test("filters choose among all steps, and names in the panels set them", async () => {
      const { page } = await openFile(browser, file);
      expect(await page.locator(".steps article").count()).toBe(20);
      await page.getByRole("combobox", { name: "outcome" }).selectOption("");
      expect(await found(page)).toBe(1_001);
      await page.getByRole("combobox", { name: "outcome" }).selectOption("drifted");
      expect(await found(page)).toBe(summary.steps.drifted);
      await page.getByRole("combobox", { name: "kind" }).selectOption("email");
      expect(await found(page)).toBe(summary.byKind.email?.drifted);
      const ofTool = page
        .locator("table", { hasText: "Drift by tool" })
        .getByRole("row", { name: "send_email" });
      const [, drifted] = /(\d+) \/ /.exec((await ofTool.textContent()) ?? "") ?? [];
      await ofTool.getByRole("button").click();
      expect(await page.getByRole("combobox", { name: "kind" }).inputValue()).toBe("");
      expect(await found(page)).toBe(Number(drifted));
      const [, session] =
        /·? ?(case-\d+), step/.exec((await page.locator(".steps h3").first().textContent()) ?? "") ?? [];
      await page.getByRole("combobox", { name: "session", exact: true }).selectOption(session ?? "");
      for (const title of await page.locator(".steps h3").allTextContents()) expect(title).toContain(session);
      await page.close();
    });

    test("a point leads to its step's text, by mouse, slider, table and link, and the text to its point", async () => {
      const { page } = await openFile(browser, file);
      const first = page.locator(".session").first();
      const opened = first.locator(".opened article");
      const slider = first.getByRole("slider");
      await slider.press("ArrowRight");
      expect(await opened.locator("h3").textContent()).toContain("step 1");
      expect(await slider.getAttribute("aria-valuetext")).toMatch(/^step 1, /);
      const link = new URL(page.url()).hash;
      expect(link).toBe(`#step-${await opened.getAttribute("data-line")}`);

      await first.getByText("Steps as a table").click();
      await first.getByRole("button", { name: "show the text of step 3" }).click();
      expect(await opened.locator("h3").textContent()).toContain("step 3");
      await opened.getByRole("button", { name: "Close" }).click();
      expect(await opened.count()).toBe(0);

      const dot = await first.locator('g[fill="var(--drift)"] path').last().boundingBox();
      await page.mouse.move((dot?.x ?? 0) + 5, (dot?.y ?? 0) + 5);
      await page.mouse.click((dot?.x ?? 0) + 5, (dot?.y ?? 0) + 5);
      await opened.waitFor();

      await page.locator(".steps article").nth(1).getByRole("button", { name: "In its session" }).click();
      const line = await page.locator(".steps article").nth(1).getAttribute("data-line");
      expect(await page.locator(`.opened article[data-line="${line}"]`).isVisible()).toBe(true);
      await page.close();

      const linked = await openFile(browser, file, { hash: link });
      expect(await linked.page.locator(".opened article").getAttribute("data-line")).toBe(
        link.slice("#step-".length),
      );
      await linked.page.close();
    });

    test("the picker brings a session that is not shown at first", async () => {
      const { page } = await openFile(browser, file);
      const before = await page.locator(".session").count();
      const label = await page.locator("optgroup[label='Without drift'] option").first().textContent();
      await page.getByRole("combobox", { name: "Session", exact: true }).selectOption({ label: label ?? "" });
      expect(await page.locator(".session").count()).toBe(before + 1);
      expect(await page.locator(".session h3").first().textContent()).toBe(label?.split(" ")[0]);
      await page.close();
    });

    test.each(["light", "dark"] as const)("axe finds no violation in %s", async (colorScheme) => {
      const { page } = await openFile(browser, file, { colorScheme });
      await page.locator(".session").first().getByRole("slider").press("ArrowRight");
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })");
      await page.locator(".session table").first().waitFor();
      await page.evaluate(axe.source);
      const violations: readonly { id: string; nodes: readonly { html: string }[] }[] = await page.evaluate(
        "axe.run().then(({ violations }) => violations)",
      );
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      await page.close();
    });

    test.each([360, 768])("nothing is wider than a screen of %i pixels", async (width) => {
      const { page } = await openFile(browser, file, { viewport: { width, height: 740 } });
      await page.locator(".session").first().getByRole("slider").press("ArrowRight");
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      await page.close();
    });

    test("on paper the controls are gone and what was folded is there", async () => {
      const { page } = await openFile(browser, file, { colorScheme: "dark" });
      await page.emulateMedia({ media: "print" });
      await page.evaluate("dispatchEvent(new Event('beforeprint'))");
      expect(await page.locator(".filters").isVisible()).toBe(false);
      expect(await page.getByText("How to read this report").isVisible()).toBe(true);
      expect(await page.locator("footer dl").isVisible()).toBe(true);
      expect(await page.evaluate("getComputedStyle(document.body).backgroundColor")).toBe(
        "rgb(255, 255, 255)",
      );
      await page.close();
    });

    test("50,000 steps with their texts stay below 10 MB, and their filters work", async () => {
      const folder = await mkdtemp(join(tmpdir(), "persona-guard-report-"));
      await writeRun(folder, madeRows({ steps: 50_000, texts: true }));
      const large = await writeReport(folder);
      expect((await readFile(large.file)).length).toBeLessThan(10_000_000);
      const { page, complaints } = await openFile(browser, large.file);
      await page.getByRole("combobox", { name: "outcome" }).selectOption("");
      expect(await found(page)).toBe(50_000);
      await page.locator(".steps article").first().getByRole("button", { name: "In its session" }).click();
      expect(await page.locator(".opened mark").first().isVisible()).toBe(true);
      expect(complaints).toEqual([]);
      await page.close();
    }, 180_000);
  },
);

/** How many steps fit the filters, as the page says. */
async function found(page: Page): Promise<number> {
  const status = await page.getByRole("status").textContent();
  return Number(/ of ([\d,]+) steps?,/.exec(status ?? "")?.[1]?.replaceAll(",", ""));
}
