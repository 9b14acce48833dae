import { useEffect, useState } from "preact/hooks";
import type { News, Reading, Start, StepRow } from "../src/dashboard/api.js";
import { fetchJson } from "./query.js";

type Connection = "connecting" | "live" | "lost";

export interface Live {
  readonly connection: Connection;
  /** The newest first. */
  readonly rows: readonly StepRow[];
  readonly start: Start | undefined;
  readonly reading: Reading | undefined;
  /** Grows when there are new steps, at most every few seconds: views are asked again then. */
  readonly version: number;
}

const mostRows = 200;
/** Least time between two questions about the whole history, in milliseconds. */
const refreshMs = 2_000;
const retryMs = 2_000;
/** The server says something every 15 seconds. */
const silentMs = 40_000;

/** Follows the log: asks where it stands, then listens; after a loss of the connection it goes on where it was. */
export function useLive(): Live {
  const [live, setLive] = useState<Live>({
    connection: "connecting",
    rows: [],
    start: undefined,
    reading: undefined,
    version: 0,
  });
  useEffect(() => follow((change) => setLive((last) => ({ ...last, ...change(last) }))), []);
  return live;
}

type Change = (last: Live) => Partial<Live>;

function follow(set: (change: Change) => void): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  let isEnded = false;
  const refresh = atMostEvery(refreshMs, () => set(({ version }) => ({ version: version + 1 })));

  const begin = async () => {
    try {
      const start = await fetchJson<Start>("api/start");
      if (isEnded) return;
      set(() => ({ start, rows: [...start.rows].reverse(), reading: start.reading }));
      refresh();
      listen(start.cursor);
    } catch {
      lose();
    }
  };
  const listen = (cursor: string) => {
    source = new EventSource(`api/live?after=${encodeURIComponent(cursor)}`);
    source.addEventListener("open", () => set(() => ({ connection: "live" })));
    source.addEventListener("news", ({ data }) => {
      stayAwake();
      const { rows, reading }: News = JSON.parse(data);
      set((last) => ({
        connection: "live",
        reading,
        rows: rows.length === 0 ? last.rows : [...[...rows].reverse(), ...last.rows].slice(0, mostRows),
      }));
      if (rows.length > 0) refresh();
    });
    source.addEventListener("restart", () => again(0));
    source.addEventListener("error", () => {
      set(() => ({ connection: "lost" }));
      // The browser connects again by itself, unless it was refused.
      if (source?.readyState === EventSource.CLOSED) again(retryMs);
    });
    stayAwake();
  };
  const again = (waitMs: number) => {
    source?.close();
    clearTimeout(timer);
    timer = setTimeout(begin, waitMs);
  };
  const lose = () => {
    set(() => ({ connection: "lost" }));
    again(retryMs);
  };
  const stayAwake = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(lose, silentMs);
  };
  void begin();
  return () => {
    isEnded = true;
    source?.close();
    clearTimeout(timer);
    clearTimeout(watchdog);
  };
}

/** Calls at once, and then at most once per interval; the last call is never lost. */
function atMostEvery(intervalMs: number, call: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    if (timer !== undefined) return;
    timer = setTimeout(
      () => {
        timer = undefined;
        last = performance.now();
        call();
      },
      Math.max(0, last + intervalMs - performance.now()),
    );
  };
}
