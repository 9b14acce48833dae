import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { PersonaGuardError } from "@persona-guard/core";
import type { Context } from "hono";

const folder = new URL("../../dist/page/", import.meta.url);
const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** The page as Vite has built it: `/`, and the files of its assets folder. */
export async function pageFiles(context: Context): Promise<Response> {
  const { path } = context.req;
  const isAsset = /^\/assets\/[\w.-]+$/.test(path) && !path.includes("..");
  if (path !== "/" && !isAsset) return context.notFound();
  const name = path === "/" ? "index.html" : path.slice(1);
  const content = await readFile(new URL(name, folder)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== "ENOENT") throw cause;
    if (path !== "/") return undefined;
    throw new PersonaGuardError("output-unwritable", `The page is not built: run "pnpm build".`, { cause });
  });
  if (content === undefined) return context.notFound();
  // An asset's name changes with its content.
  if (isAsset) context.header("Cache-Control", "private, max-age=31536000, immutable");
  return context.body(new Uint8Array(content), 200, {
    "Content-Type": types[extname(name)] ?? "application/octet-stream",
  });
}
