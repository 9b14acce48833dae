import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { startLiveAlerts } from "./live-alerts.js";

const folder = fileURLToPath(new URL("../screenshots/", import.meta.url));
const pictures = [
  { name: "overview", path: "#/", width: 1100, height: 720, colorScheme: "light" },
  { name: "session", path: "#/session/okafor", width: 1100, height: 600, colorScheme: "dark" },
  { name: "phone", path: "#/session/okafor", width: 360, height: 720, colorScheme: "light" },
] as const;

/** Takes the pictures of the README, of a run as it is. */
const live = await startLiveAlerts({ port: 0, pauseMs: 1_500, onAlert: () => {} });
await live.finished;
await mkdir(folder, { recursive: true });
const answer = await fetch(`${live.dashboard.url}api/search?text=okafor&outcome=drifted`);
const [step] = (await answer.json()) as readonly { readonly id: string }[]; // the newest that drifted
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const { name, path, width, height, colorScheme } of [
  ...pictures,
  { name: "step", path: `#/step/${step?.id}`, width: 1100, height: 640, colorScheme: "light" },
] as const) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  await page.goto(`${live.dashboard.url}${path}`);
  await page.locator("main:has(h1):has(svg):not(:has([aria-busy]))").waitFor();
  await page.screenshot({ path: `${folder}${name}.png` });
  await page.close();
}
await browser.close();
await live.close();
