import { useEffect, useState } from "preact/hooks";

export type PageName = "overview" | "sessions" | "session" | "search" | "step";

/** Where the reader is: `#/session/ID?range=day`. */
export interface Route {
  readonly page: PageName;
  /** Of a session or an event. */
  readonly id: string;
  readonly query: URLSearchParams;
}

const pages: readonly PageName[] = ["overview", "sessions", "session", "search", "step"];

function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const [name = "", id = ""] = path.split("/", 2);
  const page = pages.find((one) => one === name) ?? "overview";
  return { page, id: decoded(id), query: new URLSearchParams(query) };
}

/** A link that somebody has cut may end within an escape. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a page; a value that is empty is left out. */
export function hrefOf(page: PageName, id = "", query: Readonly<Record<string, string>> = {}): string {
  const given = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  const path = page === "overview" ? "" : `${page}${id === "" ? "" : `/${encodeURIComponent(id)}`}`;
  return `#/${path}${given.size > 0 ? `?${given}` : ""}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

/** Changes the question that a page asks, without a step in the browser's history for each letter. */
export function ask(route: Route, changes: Readonly<Record<string, string>>): void {
  const query = { ...Object.fromEntries(route.query), ...changes };
  history.replaceState(null, "", hrefOf(route.page, route.id, query));
  dispatchEvent(new HashChangeEvent("hashchange"));
}
