export type { FoundLine } from "./event-lines.js";
export { type EventLog, type EventLogOptions, openEventLog } from "./event-log.js";
export { type FollowOptions, followEvents } from "./follow-events.js";
export { readEvents } from "./read-events.js";
