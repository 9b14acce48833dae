import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie, setCookie } from "hono/cookie";

const cookie = "persona-guard";
const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Sent by our page with what it writes: another site's page cannot send it without being asked first, and is refused then. */
const pageHeader = "x-persona-guard";

/** Nothing but our own files: no inline script or style, no other host, no frame around it. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const loginPage = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>persona-guard</title></head>
<body><main><h1>persona-guard</h1><form method="post" action="/login">
<p><label>Token that the dashboard was started with<br><input name="token" type="password" autocomplete="current-password" required autofocus></label></p>
<p><button>Open the dashboard</button></p></form></main></body></html>`;

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Headers for every answer. */
export const withHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  context.header("Content-Security-Policy", contentPolicy);
  context.header("X-Content-Type-Options", "nosniff");
  context.header("X-Frame-Options", "DENY");
  context.header("Referrer-Policy", "no-referrer");
  context.header("Cross-Origin-Opener-Policy", "same-origin");
  context.header("Cross-Origin-Resource-Policy", "same-origin");
  if (!context.res.headers.has("Cache-Control")) context.header("Cache-Control", "no-store");
};

/**
 * Without a token only requests to a name of this machine: a site that lets its own name point here is refused. With a token only
 * who sends it, as a bearer or by the cookie that the login page sets.
 */
export function onlyTheOwner(token: string | undefined): MiddlewareHandler {
  return async (context, next) => {
    if (token === undefined) {
      if (loopbackNames.has(hostnameOf(context.req.header("host")))) return next();
      return context.text(
        "This dashboard answers to localhost only. Start it with --token for other names.\n",
        421,
      );
    }
    if (sentToken(context) || hasCookie(context)) return next();
    if (context.req.method === "GET" && context.req.path === "/") return context.html(loginPage, 401);
    return context.text("A token is needed: send it as a bearer, or log in at /.\n", 401);
  };

  function sentToken(context: Context): boolean {
    const [scheme, sent = ""] = (context.req.header("authorization") ?? "").split(" ");
    return scheme?.toLowerCase() === "bearer" && isToken(sent, token ?? "");
  }

  function hasCookie(context: Context): boolean {
    return isToken(getCookie(context, cookie) ?? "", sessionOf(token ?? ""));
  }
}

/** Answers the login form. */
export async function login(context: Context, token: string): Promise<Response> {
  const { token: sent } = await context.req.parseBody();
  if (typeof sent !== "string" || !isToken(sent, token)) return context.html(loginPage, 401);
  const isEncrypted = context.req.header("x-forwarded-proto") === "https";
  setCookie(context, cookie, sessionOf(token), {
    httpOnly: true,
    sameSite: "Strict",
    path: "/",
    secure: isEncrypted,
  });
  return context.redirect("/", 303);
}

/** Whether a request that writes comes from our own page. */
export const onlyFromThePage: MiddlewareHandler = async (context, next) => {
  const { origin, host, "sec-fetch-site": site } = context.req.header();
  const isOurs =
    context.req.header(pageHeader) !== undefined &&
    (site === undefined || site === "same-origin") &&
    (origin === undefined || (URL.canParse(origin) && new URL(origin).host === host));
  if (isOurs) return next();
  return context.text(
    `Only the dashboard's own page may write; other programs send the header ${pageHeader}.\n`,
    403,
  );
};

/** Known to this run alone: a cookie from before a restart, or with another token, is worth nothing. */
const runKey = randomBytes(32);

function sessionOf(token: string): string {
  return createHmac("sha256", runKey).update(token).digest("base64url");
}

/** Compares digests, so that neither content nor length shows in the time it takes. */
function isToken(sent: string, token: string): boolean {
  const digest = (text: string) => createHmac("sha256", runKey).update(`compare ${text}`).digest();
  return timingSafeEqual(digest(sent), digest(token));
}

function hostnameOf(host: string | undefined): string {
  return (host ?? "").replace(/:\d+$/, "").toLowerCase();
}
