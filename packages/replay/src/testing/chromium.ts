import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/** Why tests in a browser are skipped; undefined where there is one. */
export const noChromium = existsSync(executablePath) ? undefined : `skipped: there is no ${executablePath}`;

export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath });
}

export interface OpenedPage {
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, and requests other than the file itself. */
  readonly complaints: readonly string[];
}

/** Opens a file and waits until its first chart is drawn. */
export async function openFile(
  browser: Browser,
  file: string,
  options: BrowserContextOptions & { readonly hash?: string } = {},
): Promise<OpenedPage> {
  const { hash = "", ...context } = options;
  const page = await browser.newPage(context);
  const url = pathToFileURL(file).href;
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", ({ message }) => complaints.push(`exception: ${message}`));
  page.on("request", (request) => {
    if (request.url().replace(/#.*/, "") !== url) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(`${url}${hash}`);
  await page.locator("svg.plot").first().waitFor();
  return { page, complaints };
}
