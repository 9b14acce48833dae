const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Clocks of machines that share a folder may differ by this much. */
const graceMs = hourMs;

/** How often a new file is begun, in UTC. */
export const rollPeriods = { hour: hourMs, day: dayMs } as const;
export type RollPeriod = keyof typeof rollPeriods;

export interface LogFileName {
  /** What the file holds, as in "events". */
  readonly prefix: string;
  /** When it was begun, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Of the process that writes it. */
  readonly pid: number;
  /** Tells writers apart that share a process id: threads, containers. */
  readonly writer: string;
  /** 1 for the first file of its writer. */
  readonly number: number;
}

/** "events-20261127T203556123Z-4711-9f3c2ab1-000001.jsonl": names sort by time, and no two writers share one. */
export function logFileName({ prefix, startedAt, pid, writer, number }: LogFileName): string {
  const time = new Date(startedAt).toISOString().replace(/[-:.]/g, "");
  return `${prefix}-${time}-${pid}-${writer}-${String(number).padStart(6, "0")}.jsonl`;
}

/** Prefix of a file of ours, and when the UTC day in which it was begun ends; undefined for any other name. */
function partsOf(name: string): { readonly prefix: string; readonly endedAt: number } | undefined {
  const parts = /^(.+)-(\d{4})(\d\d)(\d\d)T\d{9}Z-\d+-[0-9a-f]+-\d+\.jsonl$/.exec(name);
  if (parts === null) return undefined;
  const [year, month, day] = parts.slice(2).map(Number);
  return { prefix: parts[1] ?? "", endedAt: Date.UTC(year ?? 0, (month ?? 1) - 1, day) + dayMs };
}

/** Whether nobody writes the file any more: every writer begins a new one when the UTC day ends. */
export function isFinished(name: string, now: number): boolean {
  const parts = partsOf(name);
  return parts !== undefined && now > parts.endedAt + graceMs;
}

export interface Retention {
  readonly prefix: string;
  readonly now: number;
  /** Files of this writer that it writes no more. */
  readonly closed: ReadonlySet<string>;
  readonly keepFiles?: number;
  readonly keepDays?: number;
}

/**
 * Which files of a folder may go: those past `keepDays`, then the oldest beyond `keepFiles`.
 *
 * Never one that somebody may still write. Every writer begins a new file when the UTC day ends, so a file of an earlier day is
 * closed whoever wrote it; of today's files only the caller's own closed ones are known to be.
 */
export function expiredFiles(
  names: readonly string[],
  {
    prefix,
    now,
    closed,
    keepFiles = Number.POSITIVE_INFINITY,
    keepDays = Number.POSITIVE_INFINITY,
  }: Retention,
): readonly string[] {
  const files = names
    .flatMap((name) => {
      const parts = partsOf(name);
      return parts?.prefix === prefix ? [{ name, endedAt: parts.endedAt }] : [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const removable = files.filter(({ name }) => closed.has(name) || isFinished(name, now));
  const old = removable.filter(({ endedAt }) => now - endedAt > keepDays * dayMs);
  const tooMany = Math.max(0, files.length - old.length - keepFiles);
  const rest = removable.filter((file) => !old.includes(file));
  return [...old, ...rest.slice(0, Math.min(tooMany, rest.length))].map(({ name }) => name);
}
