import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf, PersonaGuardError } from "@persona-guard/core";
import type { AlertTarget } from "./alert-target.js";
import { DriftMetrics } from "./metrics.js";

export interface PrometheusOptions {
  readonly name: string;
  /** 0 lets the system choose. @default 9464 */
  readonly port?: number;
  /** @default "127.0.0.1" */
  readonly host?: string;
}

/** Serves /metrics; a notice counts as delivered when it is counted. @throws PersonaGuardError "config-invalid" */
export async function prometheusTarget({
  name,
  port = 9464,
  host = "127.0.0.1",
}: PrometheusOptions): Promise<AlertTarget & { readonly port: number }> {
  const metrics = new DriftMetrics();
  const server = createServer(async ({ method, url }, response) => {
    if (method !== "GET" || url?.split("?")[0] !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    const { contentType, text } = await metrics.exposition();
    response.writeHead(200, { "content-type": contentType }).end(text);
  });
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (cause) {
    const message = `The target "${name}" cannot listen on ${host}:${port}: ${messageOf(cause)}. Choose another port.`;
    throw new PersonaGuardError("config-invalid", message, { cause });
  }
  return {
    name,
    port: (server.address() as AddressInfo).port, // an object, because the server listens on TCP
    observe: (event) => metrics.observe(event),
    async deliver(notice) {
      metrics.count(notice);
      return { outcome: "delivered" };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
