import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import type { StepRow } from "../src/dashboard/api.js";
import { hrefOf } from "./route.js";
import { useWidth } from "./use-width.js";
import { confidence, draftWords, outcomeWords, percentTick, statistic } from "./words.js";

const upper = { top: 38, bottom: 200 };
const lower = { top: 236, bottom: 296 };
const height = 320;
const edge = { left: 48, right: 16 };

/**
 * A session's confidence, step by step: first drafts are the line, redrafts hang on it as hollow dots. Below it the evidence that
 * has gathered, as a power of ten. All of it is in the list of steps, too.
 */
export function ConfidenceChart({
  rows,
  alarmAt,
  beganAt,
}: {
  readonly rows: readonly StepRow[];
  readonly alarmAt: number | undefined;
  readonly beganAt: number | undefined;
}) {
  const [ref, width] = useWidth();
  const most = Math.max(1, ...rows.map(({ index }) => index));
  const right = width - edge.right;
  const x = scaleLinear([0, most], [edge.left + 8, right - 8]);
  const y = scaleLinear([0, 1], [upper.bottom, upper.top]);
  const e = scaleLog(
    [0.1, Math.max(100, ...rows.map(({ eValue }) => eValue))],
    [lower.bottom, lower.top],
  ).clamp(true);
  const first = rows.filter(({ attempt }) => attempt === 1);
  const judged = first.flatMap((row) =>
    row.confidence === null ? [] : [{ ...row, confidence: row.confidence }],
  );
  const curve = line<{ index: number; confidence: number }>(
    ({ index }) => x(index),
    (row) => y(row.confidence),
  );
  const evidence = line<StepRow>(
    ({ index }) => x(index),
    ({ eValue }) => e(eValue),
  );
  return (
    <figure ref={ref} aria-label="Confidence and evidence of drift by step">
      <svg class="confidence-chart" width={width} height={height} aria-hidden="true" onClick={open}>
        {beganAt !== undefined && (
          <g class="since">
            <rect
              x={x(beganAt) - 6}
              width={right - x(beganAt) + 6}
              y={upper.top}
              height={lower.bottom - upper.top}
            />
            <SideLabel x={x(beganAt) - 6} y={12} right={right} text={`drift began, step ${beganAt}`} />
          </g>
        )}
        {[0, 0.5, 1].map((tick) => (
          <g key={tick} class="tick">
            <line x1={edge.left} x2={right} y1={y(tick)} y2={y(tick)} />
            <text x={edge.left - 8} y={y(tick)} dy="0.32em" text-anchor="end">
              {percentTick(tick)}
            </text>
          </g>
        ))}
        <text class="tick" x={edge.left} y={lower.top - 10}>
          session e-value: evidence of drift
        </text>
        {e
          .ticks(3)
          .filter((tick) => /^1(0*|e\+\d+)$|^0\.1$/.test(String(tick)))
          .map((tick) => (
            <g key={tick} class="tick">
              <line x1={edge.left} x2={right} y1={e(tick)} y2={e(tick)} />
              <text x={edge.left - 8} y={e(tick)} dy="0.32em" text-anchor="end">
                {tick < 10_000 ? tick : tick.toExponential(0)}
              </text>
            </g>
          ))}
        {x
          .ticks(Math.min(most, Math.max(2, Math.floor(width / 80))))
          .filter(Number.isInteger)
          .map((tick) => (
            <text key={tick} class="tick" x={x(tick)} y={height - 6} text-anchor="middle">
              {tick === 0 ? "step 0" : tick}
            </text>
          ))}
        {alarmAt !== undefined && (
          <g class="alarm-line">
            <line x1={x(alarmAt)} x2={x(alarmAt)} y1={upper.top} y2={lower.bottom} />
            <SideLabel x={x(alarmAt)} y={28} right={right} text={`session alarm, step ${alarmAt}`} />
          </g>
        )}
        <path class="line" d={curve(judged) ?? ""} />
        <path class="line evidence" d={evidence(first) ?? ""} />
        {rows.map((row) => (
          <g key={row.seq} class="step" data-id={row.id}>
            <title>{`Step ${row.index}, ${draftWords(row.attempt)}: ${outcomeWords[row.outcome]}, ${confidence(row.confidence)}, e-value ${statistic(row.eValue)}`}</title>
            <Dot row={row} x={x(row.index)} y={y(row.confidence ?? 0)} />
          </g>
        ))}
      </svg>
    </figure>
  );
}

/** For who points; by keyboard the same steps are reached in the list below. */
function open({ target }: Event): void {
  const id = target instanceof Element ? target.closest<SVGElement>("[data-id]")?.dataset.id : undefined;
  if (id !== undefined) location.hash = hrefOf("step", id);
}

/** A step without a confidence is a tick on the ground line. */
function Dot({ row, x, y }: { readonly row: StepRow; readonly x: number; readonly y: number }) {
  const kind = `dot ${row.outcome}${row.attempt > 1 ? " redraft" : ""}`;
  if (row.confidence === null) return <path class={kind} d={`M${x} ${y - 4} V${y + 4}`} />;
  if (row.outcome === "drifted")
    return <path class={kind} d="M0 -6 L5.5 4.5 H-5.5 Z" transform={`translate(${x} ${y})`} />;
  return <circle class={kind} cx={x} cy={y} r="4" />;
}

function SideLabel({
  x,
  y,
  right,
  text,
}: {
  readonly x: number;
  readonly y: number;
  readonly right: number;
  readonly text: string;
}) {
  const isRoomRight = right - x > 150;
  return (
    <text x={isRoomRight ? x + 6 : x - 6} y={y} text-anchor={isRoomRight ? "start" : "end"}>
      {text}
    </text>
  );
}
