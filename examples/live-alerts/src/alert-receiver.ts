import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { Notice } from "@persona-guard/monitor";

const freshSeconds = 300;

export interface AlertReceiver {
  readonly url: string;
  close(): void;
}

/** Stands for your pager: a local server that takes signed alerts and passes on those that are really ours. */
export async function startAlertReceiver(
  secret: string,
  receive: (notice: Notice) => void,
): Promise<AlertReceiver> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    if (!isSigned(request.headers, body, secret)) return response.writeHead(401).end();
    receive(JSON.parse(body));
    return response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

function isSigned(headers: IncomingHttpHeaders, body: string, secret: string): boolean {
  const timestamp = String(headers["x-persona-guard-timestamp"] ?? "");
  const digest = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
  const expected = Buffer.from(`sha256=${digest}`);
  const given = Buffer.from(String(headers["x-persona-guard-signature"] ?? ""));
  const isFresh = Math.abs(Date.now() / 1_000 - Number(timestamp)) <= freshSeconds;
  return isFresh && given.length === expected.length && timingSafeEqual(given, expected);
}
