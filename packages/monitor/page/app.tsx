import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Start } from "../src/dashboard/api.js";
import { Filters } from "./filters.js";
import { type Live, useLive } from "./live.js";
import { Overview } from "./overview.js";
import { hrefOf, type PageName, type Route, useRoute } from "./route.js";
import { Search } from "./search.js";
import { SessionPage } from "./session.js";
import { Sessions } from "./sessions.js";
import { StepPage } from "./step.js";
import { count, percent } from "./words.js";

const titles: Readonly<Record<PageName, string>> = {
  overview: "Overview",
  sessions: "Sessions",
  session: "Session",
  search: "Search",
  step: "Step",
};
const places: readonly PageName[] = ["overview", "sessions", "search"];
/** What goes along from page to page. */
const kept = ["range", "persona", "model"];

export function App() {
  const route = useRoute();
  const live = useLive();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${titles[route.page]} – persona-guard`;
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    if (!isFirst.current) scrollTo(0, 0);
    isFirst.current = false;
  }, [route.page, route.id]);
  const query = Object.fromEntries([...route.query].filter(([name]) => kept.includes(name)));
  const { version, start } = live;
  const page = useMemo(() => <Page route={route} version={version} start={start} />, [route, version, start]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header class="top">
        <a class="brand" href={hrefOf("overview", "", query)}>
          persona-guard
        </a>
        <nav aria-label="Pages">
          {places.map((page) => (
            <a
              key={page}
              href={hrefOf(page, "", query)}
              aria-current={route.page === page ? "page" : undefined}
            >
              {titles[page]}
            </a>
          ))}
        </nav>
        <Connection live={live} />
      </header>
      {places.includes(route.page) && <Filters route={route} version={live.version} />}
      <main ref={main} id="main" tabIndex={-1}>
        {route.page === "overview" ? <Overview route={route} live={live} /> : page}
      </main>
    </>
  );
}

/** The pages that do not follow every step. */
function Page({
  route,
  version,
  start,
}: {
  readonly route: Route;
  readonly version: number;
  readonly start: Start | undefined;
}) {
  switch (route.page) {
    case "overview":
      return null;
    case "sessions":
      return <Sessions route={route} version={version} />;
    case "session":
      return <SessionPage name={route.id} version={version} />;
    case "search":
      return <Search route={route} version={version} />;
    case "step":
      return <StepPage key={route.id} id={route.id} start={start} />;
  }
}

/** Whether what is shown is what is: read aloud only when it changes. */
function Connection({ live: { connection, reading } }: { readonly live: Live }) {
  const isReading = connection === "live" && reading !== undefined && !reading.caughtUp;
  const read = reading === undefined || reading.bytesThere === 0 ? 0 : reading.bytesRead / reading.bytesThere;
  const word = { connecting: "Connecting …", live: "Live", lost: "Disconnected, trying again …" }[connection];
  return (
    <p class={`connection ${isReading ? "reading" : connection}`} role="status">
      {isReading ? `Reading the log, ${percent(Math.floor(read * 100) / 100)}` : word}
      {connection === "live" && !isReading && reading !== undefined && (
        <span aria-hidden="true" class="quiet">
          {" "}
          {count(reading.steps)} steps
        </span>
      )}
    </p>
  );
}
