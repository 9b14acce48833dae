const width = 120;
const height = 24;

/** Confidences from 0 at the bottom to 1 at the top, oldest first; the last one has a dot. */
export function Sparkline({ values }: { readonly values: readonly (number | null)[] }) {
  const x = (index: number) => 4 + (index / Math.max(1, values.length - 1)) * (width - 8);
  const y = (value: number) => height - 3 - value * (height - 6);
  const points = values.flatMap((value, index) => (value === null ? [] : [{ x: x(index), y: y(value) }]));
  const last = points.at(-1);
  return (
    <svg class="sparkline" width={width} height={height} aria-hidden="true">
      <line x1="0" x2={width} y1={y(1)} y2={y(1)} />
      <line x1="0" x2={width} y1={y(0)} y2={y(0)} />
      <polyline points={points.map((point) => `${point.x.toFixed(1)},${point.y.toFixed(1)}`).join(" ")} />
      {last !== undefined && <circle cx={last.x} cy={last.y} r="2.5" />}
    </svg>
  );
}
