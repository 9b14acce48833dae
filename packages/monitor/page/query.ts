import { useEffect, useState } from "preact/hooks";

export type Query<Value> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly message: string; readonly isGone: boolean }
  | { readonly state: "done"; readonly value: Value };

class Refused extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

/** Asks the server; its answers are typed in the file that both sides share. */
export async function fetchJson<Value>(path: string, init: RequestInit = {}): Promise<Value> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Refused(await messageIn(response), response.status);
  // Server and page are built together from these types.
  return (await response.json()) as Value;
}

export function useQuery<Value>(path: string, version: number): Query<Value> {
  const [answer, setAnswer] = useState<{ readonly path: string; readonly query: Query<Value> }>();
  useEffect(() => {
    const abort = new AbortController();
    fetchJson<Value>(path, { signal: abort.signal }).then(
      (value) => setAnswer({ path, query: { state: "done", value } }),
      (error: unknown) => {
        if (abort.signal.aborted) return;
        const message =
          error instanceof Refused ? error.message : "The dashboard's server cannot be reached.";
        const isGone = error instanceof Refused && error.status === 404;
        setAnswer((last) =>
          last?.path === path && last.query.state === "done" && !isGone
            ? last
            : { path, query: { state: "failed", message, isGone } },
        );
      },
    );
    return () => abort.abort();
  }, [path, version]);
  return answer?.path === path ? answer.query : { state: "loading" };
}

async function messageIn(response: Response): Promise<string> {
  const text = await response.text();
  try {
    const { message } = JSON.parse(text);
    return typeof message === "string" ? message : text;
  } catch {
    return text;
  }
}
