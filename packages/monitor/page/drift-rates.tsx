import { type Dimension, dimensions, type RatePoint, type Series } from "../src/dashboard/api.js";
import { filterQuery } from "./filters.js";
import { useQuery } from "./query.js";
import { ask, type Route } from "./route.js";
import { Answer, Empty } from "./state.js";
import { TimeChart } from "./time-chart.js";
import { count, percent, percentTick } from "./words.js";

const titles: Readonly<Record<Dimension, string>> = {
  persona: "Persona",
  model: "Model",
  tool: "Tool",
  trait: "Trait",
};
const explanations: Readonly<Record<Dimension, string>> = {
  persona: "Share of first drafts that drifted, each persona by itself.",
  model: "Share of first drafts that drifted, each model by itself.",
  tool: "Share of texts that drifted: of a tool's arguments, and of replies.",
  trait: "Share of all first drafts that drifted to each trait.",
};

/** How often agents drift, over time. */
export function DriftRates({ route, version }: { readonly route: Route; readonly version: number }) {
  const by = dimensions.find((one) => one === route.query.get("by")) ?? "persona";
  const rates = useQuery<Series<RatePoint>>(`api/drift-rates?${filterQuery(route, { by })}`, version);
  return (
    <section class="chart" aria-labelledby="rates-title">
      <div class="title-line">
        <h2 id="rates-title">Drift rate</h2>
        <fieldset class="switch">
          <legend class="unseen">Drift rate by</legend>
          {dimensions.map((one) => (
            <label key={one}>
              <input
                type="radio"
                name="by"
                value={one}
                checked={one === by}
                onChange={() => ask(route, { by: one })}
              />
              <span>{titles[one]}</span>
            </label>
          ))}
        </fieldset>
      </div>
      <p class="quiet">{explanations[by]}</p>
      <Answer query={rates}>
        {({ curves }) =>
          curves.length === 0 ? (
            <Empty>{by === "trait" ? "No drift so far." : "No scored step so far."}</Empty>
          ) : (
            <TimeChart
              name={`Drift rate by ${by}`}
              curves={curves.map(({ name, points }) => ({
                name,
                points: points.map(({ at, of, drifted }) => ({
                  at,
                  value: drifted / of,
                  note: `${count(drifted)} of ${count(of)}`,
                })),
              }))}
              scale="share"
              word={percent}
              tickWord={percentTick}
            />
          )
        }
      </Answer>
    </section>
  );
}
