import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import { isLoopback } from "./access.js";
import { appOf } from "./app.js";
import { GrowingFiles } from "./growing-files.js";
import { History } from "./history.js";
import { LabelFile } from "./labels.js";
import { LiveLog } from "./live-log.js";

export interface DashboardOptions {
  /** Event logs: files, or folders of "*.jsonl" files; they may not be there yet. */
  readonly events: readonly string[];
  /** Address to listen at; any but this machine's own needs a token. @default "127.0.0.1" */
  readonly host?: string;
  /** 0 lets the system choose. @default 4100 */
  readonly port?: number;
  /** What a browser must send; at least 16 characters. */
  readonly token?: string;
  /** JSONL file that gets what people say of steps. @default "labels.jsonl" */
  readonly labels?: string;
}

export interface Dashboard {
  readonly url: string;
  /** Rejected if the log can no longer be read. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

const leastTokenLength = 16;

/**
 * Serves the dashboard of an event log.
 *
 * @throws PersonaGuardError "options-invalid"
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { events, host = "127.0.0.1", port = 4100, token, labels = "labels.jsonl" } = options;
  refuseOpenDoor(host, token);
  const history = await History.open();
  const log = new LiveLog(history, new GrowingFiles(events, { except: [labels] }));
  const app = appOf({ history, log, labels: new LabelFile(labels), watching: events, token });
  const server = serve({ fetch: app.fetch, hostname: host, port });
  const close = async () => {
    // A live feed never ends by itself.
    if ("closeAllConnections" in server) server.closeAllConnections();
    const isClosed = new Promise((resolve) => server.close(resolve));
    await log.close();
    await isClosed;
    await history.close();
  };
  try {
    await new Promise((resolve, reject) => server.once("listening", resolve).once("error", reject));
  } catch (cause) {
    await close();
    throw new PersonaGuardError("options-invalid", `Cannot listen at ${host}:${port}: ${messageOf(cause)}.`, {
      cause,
    });
  }
  const address = server.address() as AddressInfo; // a listening TCP server has one
  const name = address.family === "IPv6" ? `[${address.address}]` : address.address;
  return { url: `http://${name}:${address.port}/`, closed: log.closed, close };
}

function refuseOpenDoor(host: string, token: string | undefined): void {
  if (token === undefined && !isLoopback(host)) {
    throw new PersonaGuardError(
      "options-invalid",
      `At ${host} anyone in the network could read what the agent wrote: give a token of ${leastTokenLength} characters or more, or stay at 127.0.0.1.`,
    );
  }
  if (token !== undefined && token.length < leastTokenLength) {
    throw new PersonaGuardError(
      "options-invalid",
      `The token has ${token.length} characters; ${leastTokenLength} or more are needed.`,
    );
  }
}
