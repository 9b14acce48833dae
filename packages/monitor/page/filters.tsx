import type { Names } from "../src/dashboard/api.js";
import { useQuery } from "./query.js";
import { ask, type Route } from "./route.js";

const minuteMs = 60_000;
/** New personas and models are rare: they are looked for at every tenth refresh. */
const namesEvery = 10;
/** Spans that end now; their beginnings are rounded, so that the same question is asked within a minute. */
const ranges = [
  ["", "All time"],
  ["15m", "Last 15 minutes"],
  ["1h", "Last hour"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
] as const;
const spans: Readonly<Record<string, number>> = {
  "15m": 15 * minuteMs,
  "1h": 60 * minuteMs,
  "24h": 24 * 60 * minuteMs,
  "7d": 7 * 24 * 60 * minuteMs,
};

/** The filter of a route as the server takes it, "persona=desk&from=…". */
export function filterQuery({ query }: Route, more: Readonly<Record<string, string>> = {}): string {
  const span = spans[query.get("range") ?? ""];
  const from = span === undefined ? "" : String(Math.floor((Date.now() - span) / minuteMs) * minuteMs);
  const given = { from, persona: query.get("persona") ?? "", model: query.get("model") ?? "", ...more };
  return new URLSearchParams(Object.entries(given).filter(([, value]) => value !== "")).toString();
}

/** Time, persona and model: they narrow every page that has no subject of its own. */
export function Filters({ route, version }: { readonly route: Route; readonly version: number }) {
  const known = useQuery<Names>("api/names", Math.ceil(version / namesEvery));
  const { personas = [], models = [] } = known.state === "done" ? known.value : {};
  return (
    <form class="filters" aria-label="Filter" onSubmit={(event) => event.preventDefault()}>
      <Choice route={route} name="range" label="Time" options={ranges} />
      <Choice route={route} name="persona" label="Persona" options={namesOf(personas, "All personas")} />
      <Choice route={route} name="model" label="Model" options={namesOf(models, "All models")} />
    </form>
  );
}

export function Choice({
  route,
  name,
  label,
  options,
}: {
  readonly route: Route;
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [value: string, word: string])[];
}) {
  const chosen = route.query.get(name) ?? "";
  const isKnown = options.some(([value]) => value === chosen);
  return (
    <label class="choice">
      <span>{label}</span>
      <select value={chosen} onChange={({ currentTarget }) => ask(route, { [name]: currentTarget.value })}>
        {options.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
        {!isKnown && <option value={chosen}>{chosen}</option>}
      </select>
    </label>
  );
}

function namesOf(names: readonly string[], all: string): readonly (readonly [string, string])[] {
  return [["", all], ...names.map((name) => [name, name] as const)];
}
