/** "12,340 steps, 61 %, 830 steps/s, 0:45 left". */
export function progressLine({
  steps,
  share,
  before,
  elapsedMs,
}: {
  readonly steps: number;
  /** Share of the traces that is done, in [0, 1]. */
  readonly share: number;
  /** What was done when the time began. */
  readonly before: { readonly steps: number; readonly share: number };
  readonly elapsedMs: number;
}): string {
  const perSecond = elapsedMs > 0 ? Math.round(((steps - before.steps) / elapsedMs) * 1000) : 0;
  const shareDone = share - before.share;
  const left = shareDone > 0 ? (elapsedMs / shareDone) * (1 - share) : undefined;
  const parts = [
    `${steps.toLocaleString("en")} steps`,
    `${Math.floor(share * 100)} %`,
    `${perSecond.toLocaleString("en")} steps/s`,
    ...(left === undefined ? [] : [`${durationOf(left)} left`]),
  ];
  return parts.join(", ");
}

/** "0:45", "1:02:03". */
function durationOf(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
