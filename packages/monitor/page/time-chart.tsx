import { scaleLinear, scaleLog, scaleTime } from "d3-scale";
import { line } from "d3-shape";
import { useState } from "preact/hooks";
import { labelPlaces } from "./label-places.js";
import { useWidth } from "./use-width.js";
import { fullTime, time, timeTick } from "./words.js";

export interface TimePoint {
  readonly at: number;
  readonly value: number;
  /** What the value comes from, as in "3 of 41". */
  readonly note?: string;
  readonly alarm?: boolean;
}

export interface TimeChartProps {
  /** What it shows, for who does not see it. */
  readonly name: string;
  readonly curves: readonly { readonly name: string; readonly points: readonly TimePoint[] }[];
  /** "share": from 0, in percent; "amount": from 0; "log": powers of ten. */
  readonly scale: "share" | "amount" | "log";
  readonly word: (value: number) => string;
  /** The same for an axis, where round numbers need no digits. */
  readonly tickWord?: (value: number) => string;
}

const height = 190;
const edge = { top: 10, bottom: 24, left: 48 };
/** Room for the names of the curves, right of them. */
const namesWidth = { wide: 150, narrow: 96 };
const narrow = 480;
const longestName = { wide: 20, narrow: 13 };

/** Curves over time, each named at its end. The values under the pointer are written below, and all of them in a table. */
export function TimeChart({ name, curves, scale, word, tickWord = word }: TimeChartProps) {
  const [ref, width] = useWidth();
  const [pointedAt, setPointedAt] = useState<number>();
  const size = width < narrow ? "narrow" : "wide";
  const times = [...new Set(curves.flatMap(({ points }) => points.map(({ at }) => at)))].sort(
    (a, b) => a - b,
  );
  const right = width - namesWidth[size];
  const x = scaleTime([times[0] ?? 0, Math.max(times.at(-1) ?? 1, (times[0] ?? 0) + 1)], [edge.left, right]);
  const y = valueScale(curves, scale);
  const path = line<TimePoint>(
    ({ at }) => x(at),
    ({ value }) => y(value),
  );
  const yTicks = scale === "log" ? y.ticks(4).filter(isPowerOfTen) : y.ticks(4);
  const labels = labelPlaces(
    curves.map(({ points }) => y(points.at(-1)?.value ?? 0)),
    { least: edge.top, most: height - edge.bottom, distance: 15 },
  );
  const at = pointedAt === undefined ? undefined : nearest(times, x.invert(pointedAt).getTime());
  return (
    <figure ref={ref} aria-label={name}>
      <svg
        class="time-chart"
        width={width}
        height={height}
        aria-hidden="true"
        onPointerMove={(event) => setPointedAt(event.offsetX)}
        onPointerLeave={() => setPointedAt(undefined)}
      >
        {yTicks.map((tick) => (
          <g key={tick} class="tick">
            <line x1={edge.left} x2={right} y1={y(tick)} y2={y(tick)} />
            <text x={edge.left - 8} y={y(tick)} dy="0.32em" text-anchor="end">
              {scale === "log" ? tickOfTen(tick) : tickWord(tick)}
            </text>
          </g>
        ))}
        {x.ticks(Math.max(2, Math.floor((right - edge.left) / 90))).map((tick) => (
          <text key={tick.getTime()} class="tick" x={x(tick)} y={height - 6} text-anchor="middle">
            {timeTick(tick)}
          </text>
        ))}
        {at !== undefined && (
          <line class="pointer" x1={x(at)} x2={x(at)} y1={edge.top} y2={height - edge.bottom} />
        )}
        {curves.map(({ name: curve, points }, index) => (
          <g key={curve} class={`curve c${index % 8}`}>
            {points.length === 1 ? (
              <circle cx={x(points[0]?.at ?? 0)} cy={y(points[0]?.value ?? 0)} r="3" />
            ) : (
              <path class="line" d={path([...points]) ?? ""} />
            )}
            <FirstAlarm points={points} x={x} y={y} />
            <text x={right + 8} y={labels[index] ?? 0} dy="0.32em">
              {shortened(curve, longestName[size])}
            </text>
          </g>
        ))}
      </svg>
      <Readout curves={curves} at={at} word={word} />
      <details>
        <summary>Table</summary>
        <ValueTable name={name} curves={curves} times={times} word={word} />
      </details>
    </figure>
  );
}

function valueScale(curves: TimeChartProps["curves"], scale: TimeChartProps["scale"]) {
  const values = curves.flatMap(({ points }) => points.map(({ value }) => value));
  const range = [height - edge.bottom, edge.top];
  if (scale === "log") return scaleLog([0.1, Math.max(10, ...values)], range).clamp(true);
  return scaleLinear([0, Math.max(scale === "share" ? 0.02 : 1, ...values)], range).nice(4);
}

function FirstAlarm({
  points,
  x,
  y,
}: {
  readonly points: readonly TimePoint[];
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
}) {
  const first = points.find(({ alarm }) => alarm);
  if (first === undefined) return null;
  return (
    <path class="alarm" d="M0 -6 L6 5 H-6 Z" transform={`translate(${x(first.at)} ${y(first.value)})`} />
  );
}

function Readout({
  curves,
  at,
  word,
}: Pick<TimeChartProps, "curves" | "word"> & { readonly at: number | undefined }) {
  if (at === undefined) return <p class="readout" />;
  return (
    <p class="readout">
      {time(at)}
      {curves.map(({ name, points }, index) => {
        const point = points.find((one) => one.at === at);
        if (point === undefined) return null;
        return (
          <span key={name} class={`c${index % 8}`}>
            {" "}
            {shortened(name, 24)} {word(point.value)}
            {point.note === undefined ? "" : ` (${point.note})`}
          </span>
        );
      })}
    </p>
  );
}

function ValueTable({
  name,
  curves,
  times,
  word,
}: Pick<TimeChartProps, "name" | "curves" | "word"> & { readonly times: readonly number[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scroll" tabIndex={0} aria-label={`${name}, table`}>
      <table>
        <caption class="unseen">{name}</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            {curves.map(({ name: curve }) => (
              <th key={curve} scope="col">
                <bdi>{curve}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((at) => (
            <tr key={at}>
              <th scope="row">{fullTime(at)}</th>
              {curves.map(({ name: curve, points }) => {
                const point = points.find((one) => one.at === at);
                return (
                  <td key={curve}>
                    {point === undefined
                      ? "–"
                      : `${word(point.value)}${point.note ? ` (${point.note})` : ""}`}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function nearest(times: readonly number[], at: number): number | undefined {
  return times.reduce<number | undefined>(
    (best, one) => (best === undefined || Math.abs(one - at) < Math.abs(best - at) ? one : best),
    undefined,
  );
}

function isPowerOfTen(value: number): boolean {
  return Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6);
}

const tickOfTen = (value: number) => (value < 10_000 ? String(value) : `1e${Math.round(Math.log10(value))}`);

function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
