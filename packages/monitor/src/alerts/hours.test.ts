import { expect, test } from "vitest";
import { type Hours, hoursSchema, isWithin } from "./hours.js";

const office: Hours = { from: "08:00", to: "18:00", days: ["mon", "tue"], timeZone: "Europe/Berlin" };
const night: Hours = { from: "22:00", to: "07:00", days: ["sun", "mon"] };
const allDay: Hours = { from: "00:00", to: "00:00", days: ["mon"] };

// 2 March 2026 is a Monday; on 30 March Berlin has summer time.
test.each([
  { hours: office, at: "2026-03-02T07:00Z", within: true }, // 8:00 in Berlin
  { hours: office, at: "2026-03-02T06:59Z", within: false },
  { hours: office, at: "2026-03-02T17:00Z", within: false }, // 18:00 is the end
  { hours: office, at: "2026-03-30T06:00Z", within: true },
  { hours: office, at: "2026-03-04T10:00Z", within: false }, // Wednesday
  { hours: night, at: "2026-03-02T23:00Z", within: true },
  { hours: night, at: "2026-03-03T06:59Z", within: true }, // began on Monday
  { hours: night, at: "2026-03-03T07:00Z", within: false },
  { hours: night, at: "2026-03-02T03:00Z", within: true }, // began on Sunday
  { hours: night, at: "2026-03-03T23:00Z", within: false },
  { hours: allDay, at: "2026-03-02T00:00Z", within: true },
  { hours: allDay, at: "2026-03-03T00:00Z", within: false },
])("$at is within $hours.from to $hours.to: $within", ({ hours, at, within }) => {
  expect(isWithin(hours, Date.parse(at))).toBe(within);
});

test.each([
  { hours: { from: "8:00", to: "18:00" }, says: /must be a time as/ },
  { hours: { from: "08:00", to: "24:00" }, says: /must be a time/ },
  { hours: { from: "08:00", to: "18:00", timeZone: "Mars/Olympus" }, says: /is not a time zone/ },
])("$hours is refused", ({ hours, says }) => {
  expect(hoursSchema.safeParse(hours).error?.message).toMatch(says);
});
