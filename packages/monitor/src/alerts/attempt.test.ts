import { once } from "node:events";
import { expect, test } from "vitest";
import { childRunning } from "../testing.js";

test("a process does not end while it waits for a target that never answers", async () => {
  const child = childRunning(`
    const silent = monitor.functionTarget("silent", () => new Promise(() => {}));
    console.log(JSON.stringify(await monitor.attempt(silent, monitor.testNotice(0), { timeoutMs: 20 })));`);
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const [exitCode] = await once(child, "close");
  expect({ exitCode, said: JSON.parse(said) }).toEqual({
    exitCode: 0,
    said: { outcome: "failed", fault: "silent: no answer within 20 ms" },
  });
});
