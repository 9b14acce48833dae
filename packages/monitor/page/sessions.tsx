import type { SessionRow } from "../src/dashboard/api.js";
import { Choice, filterQuery } from "./filters.js";
import { useQuery } from "./query.js";
import { hrefOf, type Route } from "./route.js";
import { Sparkline } from "./sparkline.js";
import { Answer, Empty } from "./state.js";
import { VisibleText } from "./visible-text.js";
import { confidence, count, statistic, time } from "./words.js";

const orders = [
  ["", "Latest first"],
  ["drift", "Most evidence of drift first"],
] as const;

export function Sessions({ route, version }: { readonly route: Route; readonly version: number }) {
  const order = route.query.get("order") === "drift" ? "drift" : "latest";
  const sessions = useQuery<readonly SessionRow[]>(`api/sessions?${filterQuery(route, { order })}`, version);
  return (
    <>
      <div class="title-line">
        <h1>Sessions</h1>
        <Choice route={route} name="order" label="Order" options={orders} />
      </div>
      <Answer query={sessions}>
        {(rows) => (rows.length === 0 ? <Empty>No session fits.</Empty> : <SessionTable rows={rows} />)}
      </Answer>
    </>
  );
}

function SessionTable({ rows }: { readonly rows: readonly SessionRow[] }) {
  return (
    <table class="sessions">
      <thead>
        <tr>
          <th scope="col">Session</th>
          <th scope="col">Confidence, latest steps</th>
          <th scope="col" class="number">
            Lowest
          </th>
          <th scope="col" class="number">
            Drifted
          </th>
          <th scope="col" class="number">
            e-value
          </th>
          <th scope="col">Last step</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.session} class={row.alarm ? "alarm" : undefined}>
            <th scope="row">
              <a href={hrefOf("session", row.session)}>
                <VisibleText>{row.session}</VisibleText>
              </a>
              <span class="where">
                <VisibleText>{row.persona}</VisibleText>
                {row.model !== null && (
                  <>
                    {" · "}
                    <VisibleText>{row.model}</VisibleText>
                  </>
                )}
                {row.alarm && <strong> · session alarm</strong>}
              </span>
            </th>
            <td data-name="Confidence">
              <Sparkline values={row.recent} />
            </td>
            <td class="number" data-name="Lowest">
              {confidence(row.lowest)}
            </td>
            <td class="number" data-name="Drifted">
              {count(row.drifted)} of {count(row.steps)}
            </td>
            <td class="number" data-name="e-value">
              {statistic(row.eValue)}
            </td>
            <td data-name="Last step">{time(row.last)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
