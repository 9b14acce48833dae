import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadGuard } from "@persona-guard/classifier";
import { calibrationSummary } from "../calibration-summary.js";
import { replay } from "../replay.js";
import { verdictRowOf } from "../verdict-row.js";
import { writeReport } from "../write-report.js";
import { launchChromium, openFile } from "./chromium.js";
import { corpusTraces } from "./corpus-traces.js";
import { writeRun } from "./made-run.js";

// Makes docs/report.png: sessions of corpus texts, judged by the lexical tier.
const picture = fileURLToPath(new URL("../../docs/report.png", import.meta.url));
const guard = await loadGuard({
  persona: { name: "northgate-support", version: "3", avoids: ["sarcasm", "remorse", "sycophancy"] },
  tier: "lexical",
});
const folder = await mkdtemp(join(tmpdir(), "persona-guard-picture-"));
const rows = [];
for await (const judged of replay(await corpusTraces(), { guard }))
  rows.push(verdictRowOf(judged, { texts: "all" }));
await writeRun(folder, rows, {
  classifier: guard.classifier.name,
  criterion: guard.criterion,
  calibration: calibrationSummary(guard),
});
await guard.close();
const { file } = await writeReport(folder);
const browser = await launchChromium();
const { page } = await openFile(browser, file, { viewport: { width: 1100, height: 1000 } });
const second = page.locator(".session").nth(1);
await page.locator(".session").first().getByRole("slider").press("End");
await page.locator(".session").first().locator(".opened article").waitFor();
await page.evaluate("document.activeElement.blur(); scrollTo(0, 0)");
const box = await second.boundingBox();
await page.screenshot({
  path: picture,
  fullPage: true,
  clip: { x: 0, y: 0, width: 1100, height: Math.round(box?.y ?? 900) },
});
await browser.close();
