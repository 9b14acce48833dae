import type { CoveragePoint, Series } from "../src/dashboard/api.js";
import { filterQuery } from "./filters.js";
import { useQuery } from "./query.js";
import type { Route } from "./route.js";
import { Answer, Empty } from "./state.js";
import { TimeChart } from "./time-chart.js";
import { count, milliseconds, millisecondsTick, percent, percentTick } from "./words.js";

/** How much the guard could judge, and how long that took. */
export function Coverage({ route, version }: { readonly route: Route; readonly version: number }) {
  const coverage = useQuery<Series<CoveragePoint>>(`api/coverage?${filterQuery(route)}`, version);
  return (
    <>
      <section class="chart" aria-labelledby="coverage-title">
        <h2 id="coverage-title">Left unjudged</h2>
        <p class="quiet">Share of steps with text that the guard left undecided, or could not score.</p>
        <Answer query={coverage}>
          {({ curves: [all] }) =>
            all === undefined ? (
              <Empty>No step with text so far.</Empty>
            ) : (
              <TimeChart
                name="Undecided and unscored steps"
                curves={(["undecided", "unscored"] as const).map((kind) => ({
                  name: kind,
                  points: all.points.map((point) => {
                    const whole = point.scored + point.undecided + point.unscored;
                    return {
                      at: point.at,
                      value: point[kind] / whole,
                      note: `${count(point[kind])} of ${count(whole)}`,
                    };
                  }),
                }))}
                scale="share"
                word={percent}
                tickWord={percentTick}
              />
            )
          }
        </Answer>
      </section>
      <section class="chart" aria-labelledby="latency-title">
        <h2 id="latency-title">Time to score a step</h2>
        <p class="quiet">The middle step, and the one that 95 % are faster than.</p>
        <Answer query={coverage}>
          {({ curves: [all] }) =>
            all === undefined ? (
              <Empty>No step with text so far.</Empty>
            ) : (
              <TimeChart
                name="Time to score a step"
                curves={[
                  { name: "95 %", points: pointsOf(all.points, "p95") },
                  { name: "middle", points: pointsOf(all.points, "p50") },
                ]}
                scale="amount"
                word={milliseconds}
                tickWord={millisecondsTick}
              />
            )
          }
        </Answer>
      </section>
    </>
  );
}

function pointsOf(points: readonly CoveragePoint[], which: "p50" | "p95") {
  return points.flatMap(({ at, [which]: value }) => (value === null ? [] : [{ at, value }]));
}
