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

/** When a file of ours was begun, by its name; undefined if it is not one with this prefix. */
function startOf(name: string, prefix: string): number | undefined {
  const time = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-\d+-[0-9a-f]+-\d+\.jsonl$/.exec(
    name.startsWith(`${prefix}-`) ? name.slice(prefix.length + 1) : "",
  );
  if (time === null) return undefined;
  const [, year, month, day, hour, minute, second, millisecond] = time.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second, millisecond);
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
      const startedAt = startOf(name, prefix);
      return startedAt === undefined ? [] : [{ name, endedAt: (Math.floor(startedAt / dayMs) + 1) * dayMs }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const removable = files.filter(({ name, endedAt }) => closed.has(name) || now > endedAt + graceMs);
  const old = removable.filter(({ endedAt }) => now - endedAt > keepDays * dayMs);
  const tooMany = Math.max(0, files.length - old.length - keepFiles);
  const rest = removable.filter((file) => !old.includes(file));
  return [...old, ...rest.slice(0, Math.min(tooMany, rest.length))].map(({ name }) => name);
}
