import { isObject } from "./trace.js";

/** The first of these fields that has a value. */
export function firstOf(value: unknown, names: readonly string[]): unknown {
  if (!isObject(value)) return undefined;
  return names.map((name) => value[name]).find((one) => one !== undefined && one !== null && one !== "");
}

/** An id, which some exports write as a number. */
export function idIn(value: unknown, names: readonly string[]): string | undefined {
  const id = firstOf(value, names);
  return typeof id === "string" || typeof id === "number" ? String(id) : undefined;
}

export function nameIn(value: unknown, names: readonly string[]): string | undefined {
  const name = firstOf(value, names);
  return typeof name === "string" ? name : undefined;
}

/**
 * Milliseconds since 1970 of a time as tracers write it: ISO 8601 (without a zone it is UTC), milliseconds, microseconds,
 * nanoseconds (also as text), or seconds and nanoseconds.
 */
export function timeIn(value: unknown): number | undefined {
  if (Array.isArray(value)) {
    const [seconds, nanoseconds] = value;
    return typeof seconds === "number" && typeof nanoseconds === "number"
      ? seconds * 1e3 + nanoseconds / 1e6
      : undefined;
  }
  if (typeof value === "string" && !/^\d+$/.test(value)) {
    const iso = value.trim().replace(" ", "T");
    const milliseconds = Date.parse(/[zZ]|[+-]\d\d:?\d\d$/.test(iso) ? iso : `${iso}Z`);
    if (Number.isNaN(milliseconds)) return undefined;
    const beyond = /\.\d{3}(\d+)/.exec(iso)?.[1] ?? "";
    return milliseconds + Number(`0.${beyond}0`);
  }
  const number = typeof value === "number" || typeof value === "string" ? Number(value) : Number.NaN;
  if (!Number.isFinite(number) || number <= 0) return undefined;
  if (number > 1e17) return number / 1e6;
  return number > 1e14 ? number / 1e3 : number;
}
