import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { login, onlyFromThePage, onlyTheOwner, withHeaders } from "./access.js";
import type { LabelRequest, Start, StepView } from "./api.js";
import type { History } from "./history.js";
import type { LabelFile } from "./labels.js";
import type { LiveLog } from "./live-log.js";
import { pageFiles } from "./page-files.js";
import { problem } from "./problem.js";
import { parseDimension, parseFilter, parseLabel, parseOrder, parseSearch } from "./requests.js";
import { stepView } from "./step-view.js";
import { coverage, driftRates, fleet, names, search, session, sessions, summary } from "./views.js";

export interface AppOptions {
  readonly history: History;
  readonly log: LiveLog;
  readonly labels: LabelFile;
  readonly watching: readonly string[];
  readonly token: string | undefined;
}

/** A feed says something at least so often, so that a dead connection is noticed. */
const heartbeatMs = 15_000;
/** Steps that come within so many milliseconds are sent together. */
const gatherMs = 100;

/** The dashboard as an HTTP application: the page, its queries, the live feed, and labels, the one thing that is written. */
export function appOf({ history, log, labels, watching, token }: AppOptions): Hono {
  const app = new Hono();
  app.use(withHeaders);
  if (token !== undefined) app.post("/login", (context) => login(context, token));
  app.use(onlyTheOwner(token));

  app.get("/api/start", (context) =>
    context.json({
      rows: log.latest,
      cursor: log.cursor,
      reading: log.reading,
      watching,
      labels: labels.path,
    } satisfies Start),
  );
  app.get("/api/summary", async (context) =>
    context.json(await summary(history, parseFilter(context.req.query()))),
  );
  app.get("/api/names", async (context) => context.json(await names(history)));
  app.get("/api/drift-rates", async (context) => {
    const query = context.req.query();
    return context.json(await driftRates(history, parseFilter(query), parseDimension(query)));
  });
  app.get("/api/fleet", async (context) =>
    context.json(await fleet(history, parseFilter(context.req.query()))),
  );
  app.get("/api/coverage", async (context) =>
    context.json(await coverage(history, parseFilter(context.req.query()))),
  );
  app.get("/api/sessions", async (context) => {
    const query = context.req.query();
    return context.json(await sessions(history, parseFilter(query), { order: parseOrder(query) }));
  });
  app.get("/api/session", async (context) => {
    const found = await session(history, context.req.query("name") ?? "");
    return found === undefined ? context.notFound() : context.json(found);
  });
  app.get("/api/search", async (context) =>
    context.json(await search(history, parseSearch(context.req.query()))),
  );
  app.get("/api/step", async (context) => {
    const found = await stepView(history, context.req.query("id") ?? "");
    if (found === undefined) return context.notFound();
    const label = await labels.labelOf(found.event.id);
    return context.json({ ...found, label } satisfies StepView);
  });
  app.post("/api/label", onlyFromThePage, async (context) => {
    const said: LabelRequest = parseLabel(await context.req.text());
    const event = await history.event(context.req.query("id") ?? "");
    if (event === undefined) return context.notFound();
    await labels.say(event, said, new Date().toISOString());
    return context.json({ label: await labels.labelOf(event.id) });
  });

  app.get("/api/live", (context) => {
    context.header("X-Accel-Buffering", "no");
    return streamSSE(context, async (stream) => {
      let cursor = context.req.header("last-event-id") ?? context.req.query("after") ?? "";
      while (!stream.aborted && !log.isClosed) {
        const news = log.since(cursor);
        if (news === undefined) {
          await stream.writeSSE({ event: "restart", data: "" });
          return;
        }
        cursor = log.cursor;
        const { changes } = log;
        await stream.writeSSE({ event: "news", id: cursor, data: JSON.stringify(news) });
        await log.changedAfter(changes, heartbeatMs);
        await stream.sleep(gatherMs);
      }
    });
  });

  app.get("*", (context) => pageFiles(context));
  app.onError((error, context) => problem(context, error));
  return app;
}
