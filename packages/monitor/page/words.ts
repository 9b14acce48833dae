import type { StepRow } from "../src/dashboard/api.js";

type Outcome = StepRow["outcome"];

/** How outcomes and actions are called, everywhere on the page. */
export const outcomeWords: Readonly<Record<Outcome, string>> = {
  "in-persona": "in persona",
  drifted: "drifted",
  undecided: "undecided",
  unscored: "unscored",
  silent: "silent",
};

export const actionWords: Readonly<Record<StepRow["action"], string>> = {
  none: "nothing to do",
  log: "let pass, logged",
  reprompt: "sent back to be rewritten",
  block: "withheld",
  replace: "replaced",
  interrupt: "a person decides",
};

export const draftWords = (attempt: number) => (attempt === 1 ? "first draft" : `redraft ${attempt - 1}`);

const whole = new Intl.NumberFormat("en");
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const dayClock = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});
const minuteClock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayMs = 24 * 3_600_000;

export const count = (value: number) => whole.format(value);

/** "20 %", for an axis. */
export const percentTick = (share: number) => `${Number((share * 100).toFixed(2))} %`;

/** "3.8 %", "0.26 %": as many digits as the share deserves. */
export function percent(share: number): string {
  const value = share * 100;
  const digits = value === 0 || value >= 99.95 ? 0 : value < 1 ? 2 : 1;
  return `${value.toFixed(digits)} %`;
}

export const shareOf = (part: number, all: number) => (all === 0 ? "–" : percent(part / all));

/** A confidence, which is never quite 0 or 1. */
export const confidence = (value: number | null | undefined) =>
  value === null || value === undefined
    ? "–"
    : value < 0.001
      ? "< 0.1 %"
      : value > 0.999
        ? "> 99.9 %"
        : percent(value);

/** "15 ms", for an axis. */
export const millisecondsTick = (value: number) => `${count(value)} ms`;

export const milliseconds = (value: number | null) =>
  value === null ? "–" : value < 10 ? `${value.toFixed(1)} ms` : `${count(Math.round(value))} ms`;

/** "1,530", or "2.1e+9" where digits say nothing any more. */
export const statistic = (value: number) =>
  value >= 1e6 ? value.toExponential(1) : value >= 100 ? count(Math.round(value)) : value.toFixed(2);

/** The time of day, with the date if it is another day's. */
export function time(at: number, now = Date.now()): string {
  return now - at < dayMs / 2 && at - now < dayMs / 2 ? clock.format(at) : dayClock.format(at);
}

/** A tick of a time axis: the day at midnight, else the time of day. */
export function timeTick(at: Date): string {
  const isMidnight = at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0;
  if (isMidnight) return date.format(at);
  return at.getSeconds() === 0 ? minuteClock.format(at) : clock.format(at);
}

export const fullTime = (at: number) => new Date(at).toISOString().replace("T", " ").replace("Z", " UTC");
