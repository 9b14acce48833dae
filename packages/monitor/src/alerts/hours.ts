import * as z from "zod";

const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const minutesOfDay = 24 * 60;

const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time as "08:00" (with quotes)');
const timeZone = z.string().refine((name) => {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}, "is not a time zone as in Europe/Berlin");

export const hoursSchema = z.strictObject({
  from: time,
  /** A time before `from` is one of the next day; `from` itself means the whole day. */
  to: time,
  /** Days on which they begin. @default all */
  days: z.array(z.enum(days)).min(1).readonly().optional(),
  /** @default UTC */
  timeZone: timeZone.optional(),
});

export type Hours = Readonly<z.infer<typeof hoursSchema>>;

/** @param now milliseconds since 1970 */
export function isWithin(hours: Hours, now: number): boolean {
  const { from, to, timeZone: zone = "UTC" } = hours;
  const chosen: readonly string[] = hours.days ?? days;
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const parts = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const names: readonly string[] = days;
  const today = names.indexOf(parts.weekday?.toLowerCase() ?? "");
  const minute = Number(parts.hour) * 60 + Number(parts.minute);
  const begin = minutesIn(from);
  const end = minutesIn(to) > begin ? minutesIn(to) : minutesIn(to) + minutesOfDay;
  const begins = (day: number) => chosen.includes(days[(day + days.length) % days.length] ?? "");
  const isOn = (of: number) => of >= begin && of < end;
  return (begins(today) && isOn(minute)) || (begins(today - 1) && isOn(minute + minutesOfDay));
}

function minutesIn(text: string): number {
  const [hours, minutes] = text.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}
